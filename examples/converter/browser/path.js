/** `node:path`, as far as a conversion in memory uses it: names, no folders. */
const join = (...parts) => parts.filter((part) => part !== '').join('/');
const resolve = (...parts) => `/${join(...parts)}`;
const dirname = (path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0));
const basename = (path) => path.slice(path.lastIndexOf('/') + 1);

export default { join, resolve, dirname, basename, sep: '/' };
