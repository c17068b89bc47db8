import type { StaticFigures } from '../static/index.js';

/** What of a network is held against its latency, by the names of reports. */
export const METRICS: ReadonlyMap<string, (figures: StaticFigures) => number | null> = new Map([
  ['macs', ({ macs }) => macs],
  ['parameters', ({ parameters }) => parameters],
  ['activations', ({ activations }) => activations],
  ['bytesMoved', ({ bytesMoved }) => bytesMoved],
  ['moved.weights', ({ moved }) => moved.weights],
  ['moved.activations', ({ moved }) => moved.activations],
  ['nodes', ({ nodes }) => nodes],
  ['depth', ({ depth }) => depth],
  ['branches', ({ branches }) => branches],
  ['synchronisations', ({ synchronisations }) => synchronisations],
  ['intensity', ({ intensity }) => intensity],
]);
