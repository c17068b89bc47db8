// @ts-check
/** TensorFlow.js in a process of its own: core, converter and the wasm backend, nothing that opens a connection. */
import { enableProdMode, env, setBackend, version_core } from '@tensorflow/tfjs-core';
import { readPackageFile } from '../../files/package-file.js';
import { serve } from './serve.js';
import { openGraphModel } from './tfjs-models.js';
import { expectFewRuns } from './wasm-flags.js';

/** The build of the wasm backend for one thread; what it needs of a processor, all that Node 20 runs on have. */
const WASM = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';

serve(async (settled) => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  enableProdMode();
  giveWasm(setWasmPaths);
  await settled;
  expectFewRuns();
  if (!(await setBackend('wasm'))) throw new Error('its wasm backend does not start');
  return { info: { name: '@tensorflow/tfjs-core', version: version_core }, load: openGraphModel };
});

/**
 * The backend asks for its file by `fetch` and is given it from here: nothing opens a connection.
 * @param {(folder: string, byFetch: boolean) => void} setWasmPaths
 */
function giveWasm(setWasmPaths) {
  setWasmPaths('', true);
  // What is read of a response; Node's own would load all that speaks to networks.
  const response = { ok: true, arrayBuffer: async () => readPackageFile(WASM).slice().buffer };
  env().platform.fetch = async () => /** @type {Response} */ (response);
}
