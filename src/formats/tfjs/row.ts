import type { Operator } from '../../operators/index.js';
import type { Ref } from './builder.js';
import type { Site } from './site.js';

/** How one ONNX operator is written. Gives the results in their order; what it cannot express it declines. */
export interface Row {
  readonly operator: string;
  lower(site: Site): Ref | readonly Ref[];
}

/** Declares a row; exists so that the parameters have the operator's type. */
export function row<P>(operator: Operator<P>, lower: (site: Site, parameters: P) => Ref | readonly Ref[]): Row {
  return { operator: operator.name, lower: (site) => lower(site, operator.parameters(site.node)) };
}
