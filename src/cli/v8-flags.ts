import { setFlagsFromString } from 'node:v8';

/** V8 tells on standard error of a flag that it does not know; these were seen in all that Node has had up to here. */
const LAST_NODE = 26;

const FLAGS = [
  // The optimising compiler works on a second thread for functions that a run is done with by then: without most of that a
  // network is looked at in a tenth less time and a fifth less processor time. Loops over weights are optimised as they run.
  '--invocation-count-for-maglev=2000',
  // What is kept of scripts (`kept-scripts.ts`) is to hold the functions that were called at the beginning, too.
  '--no-flush-bytecode',
  // V8 lets garbage lie while there is room for it, and memory that was never touched costs more than collecting it does.
  '--semi-space-growth-factor=1',
];

/** Sets what fits a program that runs for a second. Before any script is loaded: compiled code is that of its flags. */
export function setV8Flags(): void {
  if (Number.parseInt(process.versions.node, 10) > LAST_NODE) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
}
