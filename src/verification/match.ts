import type { ArtefactPort, ArtefactValue, Opened } from '../formats/format.js';
import { type DataType, EngineError, isFloat, isInteger, NotEquivalentError, UsageError } from '../model/index.js';
import { nearestHint } from '../nearest-name.js';
import type { MatchedReport } from '../report/index.js';
import { layoutsThatFit, sameButForOnes } from './layouts.js';

/** An input or output that others are matched with, in axes of its own. */
export interface Anchor {
  /** What both sides are asked for and reports call it. */
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly (number | undefined)[] | undefined;
}

/** All that a candidate has to have. */
export interface Anchors {
  readonly inputs: readonly Anchor[];
  readonly outputs: readonly Anchor[];
  /** Whether images lie as ONNX has them where nothing else is said. */
  readonly hasChannelsFirst: boolean;
}

/** A port of a candidate that is one of the reference's. */
export interface MatchedPort {
  /** `sourceName` and `permutation` are those of the reference. */
  readonly port: ArtefactPort;
  readonly by: MatchedReport['by'];
}

/** Which input and output of a candidate is which of the reference's. */
export interface Matching {
  readonly inputs: readonly MatchedPort[];
  readonly outputs: readonly MatchedPort[];
}

/** What `--map` says of one name of the candidate. */
interface Mapped {
  readonly reference: string;
  readonly permutation: readonly number[] | undefined;
}

/**
 * Finds which of a candidate's inputs and outputs are the reference's: as `map` says, by names, by the names of the source
 * that its metadata record, else by type and shape where that leaves one way. Axes are turned as metadata say, else where
 * one layout alone fits.
 * @param map name in the candidate to `NAME` or `NAME:0231` of the reference
 * @throws UsageError where `map` names what the reference has not, or pairs what cannot be a pair
 * @throws NotEquivalentError where the candidate lacks an output
 * @throws EngineError where it is open which is which: nothing can be compared then
 */
export function matchPorts(
  reference: Anchors,
  {
    inputs,
    outputs,
    values,
    graph,
    saysLayout,
    labels,
  }: Pick<Opened, 'inputs' | 'outputs' | 'values' | 'graph' | 'saysLayout' | 'labels'>,
  map: ReadonlyMap<string, string>,
): Matching {
  const tensors = outputs.filter(({ dtype }) => dtype !== undefined);
  const known = [...reference.inputs, ...reference.outputs].map(({ name }) => name);
  const mapped = new Map(Array.from(map, ([name, text]) => [name, readMapped(text, known)]));
  for (const [name, { reference: of, permutation }] of mapped) {
    const port = [...inputs, ...tensors].find((each) => each.name === name);
    if (port) expectMappable(port, inputs.includes(port) ? reference.inputs : reference.outputs, of, permutation);
    const twin = [...mapped].find(([other, each]) => port && other !== name && each.reference === of);
    if (twin && [...inputs, ...tensors].some((each) => each.name === twin[0])) {
      throw new UsageError({ what: `--map: both ${name} and ${twin[0]} are said to be ${of}`, todo: 'name one' });
    }
  }
  const matchedInputs = pair(reference.inputs, inputs, mapped, [fits]);
  const behind = labels ? valuesBehindClasses(reference.outputs, tensors, values, mapped) : [];
  const matchedOutputs = pair(reference.outputs, [...tensors, ...behind], mapped, [fits, fitsButForOnes]);
  for (const anchor of reference.inputs) {
    if (!matchedInputs.has(anchor)) throw openMatch('input', anchor, inputs);
  }
  const stray = inputs.find((port) => ![...matchedInputs.values()].some((match) => match.port.name === port.name));
  if (stray) {
    throw new EngineError({
      what: `nothing could be compared: its input ${stray.name} is none of the reference's`,
      todo: `say which it is with --map ${stray.name}=NAME`,
    });
  }
  for (const anchor of reference.outputs) {
    if (matchedOutputs.has(anchor)) continue;
    const inside = values.find(({ sourceName }) => sourceName === anchor.name);
    if (inside) matchedOutputs.set(anchor, { port: insidePort(inside), by: 'name' });
    else throw lacking(anchor, tensors, matchedOutputs);
  }
  return decideLayouts(
    reference.inputs.flatMap((anchor) => withAnchor(anchor, matchedInputs.get(anchor))),
    reference.outputs.flatMap((anchor) => withAnchor(anchor, matchedOutputs.get(anchor))),
    {
      hasOneOrder: reference.hasChannelsFirst === (graph !== undefined),
      isTold: reference.hasChannelsFirst && saysLayout,
    },
  );
}

/** How a report says it. */
export function reportMatching({ inputs, outputs }: Matching): MatchedReport[] {
  const report = (kind: MatchedReport['kind'], all: readonly MatchedPort[]) =>
    all.map(({ port, by }) => ({
      kind,
      reference: port.sourceName,
      candidate: port.name,
      permutation: port.permutation ?? null,
      by,
    }));
  return [...report('input', inputs), ...report('output', outputs)];
}

/** What a reader should know of how outputs were matched, a sentence each. */
export function notesOn({ outputs }: Matching): string[] {
  return outputs.flatMap(({ port }) =>
    port.sizes ? `its output ${port.name} ${showSizes(port)} is taken as ${showSizes({ shape: port.sizes })}` : [],
  );
}

function readMapped(text: string, known: readonly string[]): Mapped {
  const [, name = text, digits] = /^(.*):(\d+)$/.exec(text) ?? [];
  const permutation = digits === undefined ? undefined : [...digits].map(Number);
  const isWhole = known.includes(text);
  const found = isWhole ? text : name;
  if (!known.includes(found)) {
    throw new UsageError({
      what: `--map: the reference has no input or output "${found}"`,
      todo: nearestHint(found, known) ?? `it has ${known.join(', ')}`,
    });
  }
  if (!isWhole && permutation?.some((_, axis) => !permutation.includes(axis))) {
    throw new UsageError({ what: `--map: ${digits} is no order of axes`, todo: 'write 0231 for channels-last' });
  }
  return { reference: found, permutation: isWhole ? undefined : permutation };
}

/** @throws UsageError where an input is called an output, or its axes cannot lie as is said */
function expectMappable(
  port: ArtefactPort,
  anchors: readonly Anchor[],
  reference: string,
  permutation: readonly number[] | undefined,
): void {
  const anchor = anchors.find(({ name }) => name === reference);
  if (!anchor) {
    const todo = `name one of ${anchors.map(({ name }) => name).join(', ')}`;
    throw new UsageError({ what: `--map: of ${port.name} and ${reference} one is an input, one an output`, todo });
  }
  const rank = anchor.shape?.length ?? port.shape?.length;
  if (permutation && rank !== undefined && permutation.length !== rank) {
    const what = `--map: ${permutation.join('')} orders ${permutation.length} axes, ${reference} has ${rank}`;
    throw new UsageError({ what, todo: 'give each axis once' });
  }
  const fitting = (way?: readonly number[]) => layoutsThatFit(anchor.shape, port.shape, way);
  if (permutation && fitting(permutation).length === 0 && fitting().length > 0) {
    const what = `--map: ${port.name} ${showSizes(port)} is not ${reference} ${showSizes(anchor)} in the order ${permutation.join('')}`;
    throw new UsageError({ what, todo: `write ${reference}:${digitsOf(fitting()[0], permutation)}` });
  }
}

/** An order of axes as `--map` takes it. */
function digitsOf(permutation: readonly number[] | undefined, { length }: readonly number[]): string {
  return (permutation ?? Array.from({ length }, (_, axis) => axis)).join('');
}

type Pairs = Map<Anchor, MatchedPort>;

/** @param byShape ways in which shapes may belong together, the nearest first */
function pair(
  anchors: readonly Anchor[],
  ports: readonly ArtefactPort[],
  mapped: ReadonlyMap<string, Mapped>,
  byShape: readonly (typeof fits)[],
): Pairs {
  const pairs: Pairs = new Map();
  const free = new Set(ports);
  const take = (anchor: Anchor, port: ArtefactPort, by: MatchedReport['by'], permutation = port.permutation) => {
    pairs.set(anchor, { port: { ...port, sourceName: anchor.name, permutation }, by });
    free.delete(port);
  };
  const takeEach = (by: MatchedReport['by'], isIt: (port: ArtefactPort, anchor: Anchor) => boolean) => {
    for (const anchor of anchors) {
      const found = pairs.has(anchor) ? undefined : [...free].find((port) => isIt(port, anchor));
      if (found) take(anchor, found, by, mapped.get(found.name)?.permutation);
    }
  };
  takeEach('map', (port, anchor) => mapped.get(port.name)?.reference === anchor.name);
  takeEach('metadata', (port, anchor) => port.sourceName !== port.name && port.sourceName === anchor.name);
  takeEach('name', (port, anchor) => port.name === anchor.name);
  for (const fitting of byShape) {
    const left = anchors.filter((each) => !pairs.has(each));
    for (const [anchor, port] of onlyWay(left, [...free], fitting)) take(anchor, port, 'type and shape');
  }
  return pairs;
}

/** Pairs that have no rival: a port that fits one anchor alone, and that anchor no other port. */
function onlyWay(
  anchors: readonly Anchor[],
  ports: readonly ArtefactPort[],
  doFit: typeof fits,
): [Anchor, ArtefactPort][] {
  const fitting = (anchor: Anchor) => ports.filter((port) => isOfOneKind(anchor, port) && doFit(anchor, port));
  return anchors.flatMap((anchor): [Anchor, ArtefactPort][] => {
    const [port, ...rivals] = fitting(anchor);
    const isWanted = anchors.filter((other) => port && fitting(other).includes(port)).length > 1;
    return port && rivals.length === 0 && !isWanted ? [[anchor, port]] : [];
  });
}

function fits(anchor: Anchor, port: ArtefactPort): boolean {
  return layoutsThatFit(anchor.shape, port.shape, port.permutation).length > 0;
}

function fitsButForOnes({ shape }: Anchor, port: ArtefactPort): boolean {
  return sameButForOnes(shape, port.shape) !== undefined;
}

function isOfOneKind({ dtype: a }: Anchor, { dtype: b }: ArtefactPort): boolean {
  if (a === undefined || b === undefined || a === b) return true;
  return (isFloat(a) && isFloat(b)) || (isInteger(a) && isInteger(b));
}

function withAnchor(anchor: Anchor, match: MatchedPort | undefined): (MatchedPort & { anchor: Anchor })[] {
  return match ? [{ ...match, anchor }] : [];
}

/**
 * Turns axes where metadata say nothing: as the one layout that fits; where several do, as those that are decided all lie,
 * or as the reference's own if that is what none contradicts.
 * @throws EngineError where that leaves it open
 */
function decideLayouts(
  inputs: readonly (MatchedPort & { anchor: Anchor })[],
  outputs: readonly (MatchedPort & { anchor: Anchor })[],
  { hasOneOrder, isTold }: { readonly hasOneOrder: boolean; readonly isTold: boolean },
): Matching {
  const turned = [...inputs, ...outputs].flatMap((match) => {
    const [only, ...others] = waysOf(match, isTold);
    return others.length > 0 || (match.anchor.shape?.length ?? 0) < 3 ? [] : [only !== undefined];
  });
  const settle = (match: MatchedPort & { anchor: Anchor }): MatchedPort & { anchor: Anchor } => {
    const { port, by, anchor } = match;
    const ways = waysOf(match, isTold);
    const as = (permutation: readonly number[] | undefined) => ({ port: { ...port, permutation }, by, anchor });
    // Where nothing fits, the comparison will say that the shapes differ.
    if (ways.length <= 1) return as(ways[0]);
    const isPlain = turned.length > 0 ? turned.every((each) => !each) : hasOneOrder;
    if (isPlain) return as(undefined);
    if (turned.length > 0 && turned.every((each) => each)) return as(ways.find((way) => way !== undefined));
    throw new EngineError({
      what: `nothing could be compared: it is open how the axes of ${port.name} lie, which is ${anchor.name} of the reference`,
      todo: `say it with --map ${port.name}=${anchor.name}:0231, or :0123`,
    });
  };
  return { inputs: inputs.map(settle), outputs: outputs.map(settle).map(withoutOnes) };
}

/** An output whose sizes do not fit, but for ones, is taken in the reference's. */
function withoutOnes({ port, by, anchor }: MatchedPort & { anchor: Anchor }): MatchedPort {
  const isFitting = layoutsThatFit(anchor.shape, port.shape, port.permutation).length > 0;
  const sizes = isFitting ? undefined : sameButForOnes(anchor.shape, port.shape);
  return { port: sizes ? { ...port, sizes } : port, by };
}

/** Metadata say how axes lie in the source, which a reference in channels-last need not be. */
function waysOf(
  { anchor, port, by }: MatchedPort & { anchor: Anchor },
  isTold: boolean,
): (readonly number[] | undefined)[] {
  if (isTold || (by === 'map' && port.permutation)) return [port.permutation];
  const told = port.permutation && layoutsThatFit(anchor.shape, port.shape, port.permutation);
  return told && told.length > 0 ? told : layoutsThatFit(anchor.shape, port.shape, undefined);
}

function openMatch(kind: string, anchor: Anchor, ports: readonly ArtefactPort[]): EngineError {
  const list = ports.map((port) => `${port.name} ${showSizes(port)}`).join(', ');
  return new EngineError({
    what: `nothing could be compared: it is open which ${kind} is ${anchor.name} ${showSizes(anchor)} of the reference (it has ${list})`,
    todo: `say it with --map CANDIDATE=${anchor.name}`,
  });
}

/** An output that is not there; or one that may be, where unmatched ones are left. */
function lacking(anchor: Anchor, ports: readonly ArtefactPort[], pairs: Pairs): EngineError | NotEquivalentError {
  const taken = new Set([...pairs.values()].map(({ port }) => port.name));
  const left = ports.filter(({ name }) => !taken.has(name));
  const mayBe = (port: ArtefactPort) => fits(anchor, port) || fitsButForOnes(anchor, port);
  if (left.some((port) => isOfOneKind(anchor, port) && mayBe(port))) return openMatch('output', anchor, left);
  return new NotEquivalentError({
    what: `it lacks the output ${anchor.name} of the reference`,
    where: { value: anchor.name },
    todo: 'leave it out with --outputs, or say which it is with --map',
  });
}

/** A classifier gives probabilities where its source gives what they are made of, which still bears its name inside. */
function valuesBehindClasses(
  anchors: readonly Anchor[],
  ports: readonly ArtefactPort[],
  values: readonly ArtefactValue[],
  mapped: ReadonlyMap<string, Mapped>,
): ArtefactPort[] {
  const taken = [
    ...[...mapped.values()].map(({ reference }) => reference),
    ...ports.map(({ sourceName }) => sourceName),
  ];
  const isMissing = ({ name }: Anchor) => !taken.includes(name);
  return anchors.filter(isMissing).flatMap(({ name }) => {
    const value = values.find(({ sourceName }) => sourceName === name);
    return value ? [insidePort(value)] : [];
  });
}

/** A value that is computed inside, where no output is. */
function insidePort(value: ArtefactValue): ArtefactPort {
  return { ...value, dtype: undefined, shape: undefined };
}

function showSizes({ shape }: Pick<Anchor, 'shape'>): string {
  return shape ? `[${shape.map((size) => size ?? '?')}]` : 'of unknown rank';
}
