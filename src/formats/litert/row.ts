import type * as lowering from '../../lowering/site.js';
import type * as walk from '../../lowering/walk.js';
import type { Operator } from '../../operators/index.js';
import type { Builder, Ref } from './builder.js';
import type { Kind } from './program.js';

/** What a row is given of its node, with the operators of TensorFlow Lite that it makes. */
export type Site = lowering.Site<Builder, Ref, Kind>;

/** How one ONNX operator is written. What it cannot express it declines. */
export interface Row extends walk.Row<Builder, Ref, Kind> {
  readonly operator: string;
}

/** Declares a row; exists so that the parameters have the operator's type. */
export function row<P>(operator: Operator<P>, lower: (site: Site, parameters: P) => Ref | readonly Ref[]): Row {
  return { operator: operator.name, lower: (site) => [lower(site, operator.parameters(site.node))].flat() };
}
