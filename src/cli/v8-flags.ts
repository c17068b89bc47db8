import { setFlagsFromString } from 'node:v8';

/** V8 tells on standard error of a flag that it does not know, so each is set where it was seen to be known. */
const KNOWN_IN = { first: 20, last: 26 };
const KNOWN_TIERS_IN = { first: 22, last: 26 };

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
  set(FLAGS, KNOWN_IN);
  set(TIERS, KNOWN_TIERS_IN);
}

function set(flags: readonly string[], { first, last }: { readonly first: number; readonly last: number }): void {
  const node = Number.parseInt(process.versions.node, 10);
  if (node < first || node > last) return;
  for (const flag of flags) setFlagsFromString(flag);
}
