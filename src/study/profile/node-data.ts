import type { NetworkProfile } from './profile-network.js';

/** From nothing to what takes longest; Model Explorer mixes what lies between. */
const GRADIENT = [
  { stop: 0, bgColor: '#e8f5e9' },
  { stop: 1, bgColor: '#e53935' },
];

/**
 * The time of every layer in milliseconds, as node data for Model Explorer, which lays it over the network that was profiled:
 * nodes go by the values that they make. Those that the engine ran as one have the time of all.
 */
export function timeNodeData({ report, values }: NetworkProfile): string {
  const results = report.layers.flatMap(({ milliseconds }, at) =>
    (values[at] ?? []).map((name) => [name, { value: milliseconds }] as const),
  );
  return `${JSON.stringify({ name: 'milliseconds', results: Object.fromEntries(results), gradient: GRADIENT }, undefined, 2)}\n`;
}
