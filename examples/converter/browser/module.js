import * as nodeCrypto from './crypto.js';

/** `node:module`: no package is installed where a page is, and of Node's modules there is what stands in for them. */
export const createRequire = () => (name) => {
  if (name === 'node:crypto') return nodeCrypto;
  throw new Error(`there is no ${name} in a page`);
};
