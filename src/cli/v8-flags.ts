import { setFlagsFromString } from 'node:v8';

/** V8 tells on standard error of a flag that it does not know, so none is set where that was not tried. */
const LAST_TRIED = 26;
const FIRST_WITH_TIERS = 22;

const FLAGS = [
  // What is kept of scripts (`kept-scripts.ts`) is to hold the functions that were called at the beginning, too.
  '--no-flush-bytecode',
  // V8 lets garbage lie while there is room for it, and memory that was never touched costs more than collecting it does.
  '--semi-space-growth-factor=1',
];

/**
 * The optimising compilers work on a second thread for functions that a run is done with by then: five to ten times later a
 * network is looked at in a tenth less time and a fifth less processor time. Loops over weights are optimised as they run.
 */
const TIERS = [
  '--invocation-count-for-maglev=2000',
  '--invocation-count-for-turbofan=30000',
  '--invocation-count-for-osr=5000',
];

/** Sets what fits a program that runs for a second. Before any script is loaded: compiled code is that of its flags. */
export function setV8Flags(): void {
  // So is what Node carries of its own modules. Those behind standard output, a good part of it, every run needs in the end.
  void process.stdout;
  const node = Number.parseInt(process.versions.node, 10);
  if (node > LAST_TRIED) return;
  for (const flag of node < FIRST_WITH_TIERS ? FLAGS : [...FLAGS, ...TIERS]) setFlagsFromString(flag);
}
