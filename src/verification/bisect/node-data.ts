import type { DepthReport } from './report.js';

/** From no error to the largest; Model Explorer mixes what lies between. */
const GRADIENT = [
  { stop: 0, bgColor: '#e8f5e9' },
  { stop: 1, bgColor: '#e53935' },
];
const WITHOUT_NUMBER = { value: 'sizes, NaN or infinity differ', bgColor: '#b71c1c', textColor: '#ffffff' };

/**
 * The error of every value as node data of one graph for Model Explorer, which colours the nodes that make them. Values go by
 * their names in both files, so that it can be laid over either.
 * @param names of values in the candidate, by those in the reference
 */
export function nodeData(alongDepth: readonly DepthReport[], names: ReadonlyMap<string, string>): string {
  const results = alongDepth.flatMap(({ value, error }) => {
    const result = error === null ? WITHOUT_NUMBER : { value: error };
    return [...new Set([value, names.get(value) ?? value])].map((name) => [name, result] as const);
  });
  return `${JSON.stringify({ name: 'error', results: Object.fromEntries(results), gradient: GRADIENT }, undefined, 2)}\n`;
}
