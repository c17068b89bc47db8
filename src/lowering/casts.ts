import type { DataType } from '../model/index.js';
import { decline } from './decline.js';
import { type Kind, kindOf } from './elements.js';
import type { AnySite } from './site.js';

/** Widths of the integer types, which are held in int32: a cast to one has to fit without wrapping. */
const NARROW: ReadonlySet<string> = new Set(['int8', 'uint8', 'int16', 'uint16', 'uint32', 'uint64']);

/** What a cast gives in a target that has few types. @throws Declined for one that would have to wrap */
export function castKind<Ref>(site: AnySite<Ref>, to: DataType | undefined): Kind {
  const from = site.value(0).dtype;
  const { title } = site.build;
  const target = kindOf(to) ?? decline(`to ${to ?? 'a type that is not known'}, which ${title} does not have`);
  const widens =
    from === 'bool' || from === to || (from === 'uint8' && to === 'int16') || (from === 'int8' && to === 'int16');
  if (to && NARROW.has(to) && !widens) return decline(`from ${from} to ${to}, which wraps`);
  return target;
}
