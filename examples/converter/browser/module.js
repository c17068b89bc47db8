/** `node:module`: no package is installed where a page is. */
export const createRequire = () => (name) => {
  throw new Error(`there is no ${name} in a page`);
};
