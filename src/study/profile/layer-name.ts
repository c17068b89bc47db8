import type { LayerReport, ProfiledNode } from './report.js';

const PRODUCTS = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'];

/** By what a person finds a layer: its product, or its first node; the engine's own work by its operator. */
export function layerName({ nodes, operator }: Pick<LayerReport, 'nodes' | 'operator'>): string {
  const found = nodes.find((node) => PRODUCTS.includes(node.operator)) ?? nodes[0];
  return found?.name ?? `(${operator})`;
}

/**
 * What all of these nodes are parts of: exporters write a node's way through the modules as a path, so the longest part of it
 * that all share. The one name where there is but one; empty where they share nothing.
 */
export function blockName(sources: readonly ProfiledNode[]): string {
  const [first, ...rest] = sources.map(({ name }) => name.split('/'));
  if (!first) return '';
  if (rest.length === 0) return first.join('/');
  const shared = rest.reduce((length, parts) => {
    const differs = parts.findIndex((part, at) => part !== first[at]);
    return Math.min(length, differs < 0 ? parts.length : differs);
  }, first.length);
  return first.slice(0, shared).join('/');
}
