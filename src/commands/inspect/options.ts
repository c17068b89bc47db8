import { formatNames, formats, formatsNamed } from '../../formats/index.js';
import { type Declaration, flag, listOf, path } from '../../option-kinds.js';
import {
  asMap,
  expectKnown,
  LIMITS,
  present,
  READING,
  type ReadingOptions,
  type Resolved,
} from '../reading-options.js';

/** What `inspect` can be asked. */
export interface InspectOptions extends ReadingOptions {
  /** Targets to judge; all by default. */
  readonly to?: readonly string[] | undefined;
  /**
   * Lists nodes and values by name in the report.
   * @default false
   */
  readonly nodes?: boolean | undefined;
  /** A file or folder of any format: which nodes of the model became which of its? */
  readonly diff?: string | undefined;
  /**
   * Fails with `GateError` where a block can still be fused.
   * @default false
   */
  readonly expectFused?: boolean | undefined;
}

/** How each of them is read and judged; asked when needed, since formats can be added. */
export const inspectOptions = (): Readonly<Record<keyof InspectOptions, Declaration>> => ({
  to: {
    kind: listOf(() => formatNames().keys()),
    flag: '--to <list>',
    help: `targets to judge: ${[...formats.keys()].join(', ')} (all)`,
  },
  ...READING,
  nodes: { kind: flag, flag: '--nodes', help: 'lists nodes and values by name' },
  diff: { kind: path, flag: '--diff <file>', help: 'which nodes became which in this file or folder, of any format' },
  expectFused: { kind: flag, flag: '--expect-fused', help: 'exit code 7 where a block can still be fused' },
});

const DEFAULTS = Object.freeze({ ...LIMITS, nodes: false, expectFused: false });

/** Options with every default in its place; `to` names every format where none was asked for. */
export type ResolvedInspect = Resolved<InspectOptions, typeof DEFAULTS> & {
  readonly to: readonly string[];
  /** Whether targets were named: then one that cannot express a model is an error. */
  readonly isAsked: boolean;
};

/** @throws UsageError for an unknown key or an impossible value */
export function resolveInspect(given: InspectOptions = {}): ResolvedInspect {
  expectKnown(given, inspectOptions());
  const { shape, to = [...formats.keys()], ...rest } = present(given);
  return { ...DEFAULTS, ...rest, to: formatsNamed(to), isAsked: given.to !== undefined, shape: asMap(shape) };
}
