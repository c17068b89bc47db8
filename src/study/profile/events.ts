import { EngineFailure } from '../../engines/index.js';

/** What the engine did for a while, as its profiler says it; microseconds from the start of the session. */
export interface EngineEvent {
  /** As the engine calls the node. */
  readonly name: string;
  /** The engine's own operator, such as FusedConv. */
  readonly operator: string;
  readonly start: number;
  readonly duration: number;
  /** Bytes of computed values and of constants that it read, and of those that it wrote. */
  readonly read: number;
  readonly weights: number;
  readonly written: number;
  /** Sizes of its first result; undefined where the engine does not say. */
  readonly shape: readonly number[] | undefined;
}

/** One run of the network. */
export interface ProfiledRun {
  readonly start: number;
  readonly duration: number;
  /** In the order in which they ran; what a node ran inside of itself is part of it. */
  readonly events: readonly EngineEvent[];
}

const KERNEL = '_kernel_time';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The runs in what ONNX Runtime's profiler wrote: a list of events of the Chrome trace format.
 * @throws EngineFailure where it is something else
 */
export function runsIn(profile: string): ProfiledRun[] {
  const all = parse(profile);
  const events = all.flatMap(eventOf).sort((a, b) => a.start - b.start || b.duration - a.duration);
  const runs = all.flatMap((fields) => (fields.name === 'model_run' ? [timesOf(fields)] : []));
  return runs
    .sort((a, b) => a.start - b.start)
    .map((run) => ({ ...run, events: withoutInner(events.filter((event) => lies(event, run))) }));
}

function parse(profile: string): Fields[] {
  try {
    const found: unknown = JSON.parse(profile);
    if (Array.isArray(found)) return found.filter(isFields);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EngineFailure('refused', 'what the profiler of ONNX Runtime wrote is no list of events');
}

function eventOf(fields: Fields): EngineEvent[] {
  const { name, args, cat } = fields;
  if (cat !== 'Node' || typeof name !== 'string' || !name.endsWith(KERNEL) || !isFields(args)) return [];
  return [
    {
      name: name.slice(0, -KERNEL.length),
      operator: typeof args.op_name === 'string' ? args.op_name : '',
      ...timesOf(fields),
      read: bytesOf(args.activation_size),
      weights: bytesOf(args.parameter_size),
      written: bytesOf(args.output_size),
      shape: shapeOf(args.output_type_shape),
    },
  ];
}

function timesOf({ ts, dur }: Fields): { readonly start: number; readonly duration: number } {
  return { start: typeof ts === 'number' ? ts : 0, duration: typeof dur === 'number' ? dur : 0 };
}

/** Sizes are written as texts. */
function bytesOf(text: unknown): number {
  const bytes = Number(text);
  return Number.isFinite(bytes) ? bytes : 0;
}

/** Of `[{"float": [1, 16, 8, 8]}, …]` the first. */
function shapeOf(types: unknown): readonly number[] | undefined {
  const first: unknown = Array.isArray(types) ? types[0] : undefined;
  const shape: unknown = isFields(first) ? Object.values(first)[0] : undefined;
  return Array.isArray(shape) && shape.every((size) => typeof size === 'number') ? shape : undefined;
}

/** A node with a graph of its own is timed as a whole, and what runs in there once more. */
function withoutInner(events: readonly EngineEvent[]): EngineEvent[] {
  const outer: EngineEvent[] = [];
  for (const event of events) {
    const last = outer.at(-1);
    if (!last || last.duration === 0 || !lies(event, last)) outer.push(event);
  }
  return outer;
}

interface Span {
  readonly start: number;
  readonly duration: number;
}

function lies(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.start + inner.duration <= outer.start + outer.duration && inner !== outer;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
