/** `node:v8`: a page has no say in how it is compiled. */
export const setFlagsFromString = () => {};
