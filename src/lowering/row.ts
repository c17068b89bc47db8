import type { Operator } from '../operators/index.js';
import type { Builder } from './builder.js';
import type { Kind } from './elements.js';
import type { Site } from './site.js';

/** What a row that targets share is given of its node: the operations that all of them have. */
export type CommonSite<Ref> = Site<Builder<Ref, Kind>, Ref, Kind>;

/** How channels-last targets write one operator, all of them alike. What they cannot express it declines. */
export interface CommonRow {
  readonly operator: string;
  lower<Ref>(site: CommonSite<Ref>): readonly Ref[];
}

/** Declares such a row; exists so that the parameters have the operator's type. */
export function commonRow<P>(
  operator: Operator<P>,
  lower: <Ref>(site: CommonSite<Ref>, parameters: P) => Ref,
): CommonRow {
  return commonRowOfMany(operator, (site, parameters) => [lower(site, parameters)]);
}

/** The same of several results, in their order. */
export function commonRowOfMany<P>(
  operator: Operator<P>,
  lower: <Ref>(site: CommonSite<Ref>, parameters: P) => readonly Ref[],
): CommonRow {
  return { operator: operator.name, lower: (site) => lower(site, operator.parameters(site.node)) };
}
