/** `node:os`, as far as a conversion in memory uses it. */
export const constants = { signals: {} };
/** WebAssembly reaches no further. */
export const freemem = () => 2 ** 32;
export const homedir = () => '/';
export const tmpdir = () => '/';
export default { constants, freemem, homedir, tmpdir };
