import { decline } from '../../lowering/decline.js';
import type { Place } from '../../lowering/ports.js';
import { Walk } from '../../lowering/walk.js';
import type { Model } from '../../model/index.js';
import { type About, describedAs } from '../about.js';
import type { Lowered, LowerOptions } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { asText, description, previewEntry, provenance } from '../metadata.js';
import { Builder, type Ref } from './builder.js';
import { litertDeclaration } from './declaration.js';
import { linesOf } from './metadata.js';
import { type End, type NamedTensors, nameTensors } from './name-program.js';
import { plainTensor, storeConstants } from './precision.js';
import type { Endpoint, Kind, LitertProgram, ProgramTensor } from './program.js';
import { rowsAndRefusals } from './rows/index.js';

/** @throws UnsupportedError with every node that has no row, or whose row declines */
export function lowerModel(model: Model, options: LowerOptions & InputLayoutOptions): Lowered<LitertProgram> {
  const { build, inputs, outputs } = grow(model, options.inputLayout !== 'nchw');
  // No other tensor may take the name of an output, and no input that of one.
  const ends = [...outputs, ...inputs];
  const named = nameTensors(build, ends, (name) => model.isSourceName(name));
  const stored = storeConstants(build.operators, options.withoutWeights ? undefined : options.precision, named.nameOf);
  const tensorOf = tensorsBy(stored.tensors, ends, named.nameOf);
  const computed = build.operators.map((operator) => ({
    ...operator,
    inputs: operator.inputs.map(tensorOf),
    outputs: operator.outputs.map(tensorOf),
  }));
  const endpointOf = ({ node }: End): Endpoint => ({ key: named.nameOf(node), tensor: tensorOf(node) });
  const about: About = options.about ?? { described: new Map() };
  const names = ends.map(({ node, value }) => [named.nameOf(node), value.name] as const);
  return {
    program: {
      operators: [...stored.operators, ...computed],
      inputs: inputs.map(endpointOf),
      outputs: outputs.map(endpointOf),
      metadata: metadataOf(options, about, named),
      about,
      described: describedAs(about, names),
      labels: options.labels,
      image: options.image && {
        input: inputs.findIndex(({ value }) => value.name === options.image?.input),
        isGray: options.image.order === 'gray',
      },
    },
    notes: [...(build.isOpen ? [OPEN_BATCH] : []), ...stored.notes],
  };
}

/** The operators of a graph, and which of their tensors are fed and given back. @throws UnsupportedError */
function grow(
  { graph }: Model,
  turnsImages: boolean,
): { readonly build: Builder; readonly inputs: readonly End[]; readonly outputs: readonly End[] } {
  const build = new Builder();
  const walk = new Walk<Builder, Ref, Kind>(graph, build, litertDeclaration.name, turnsImages);
  const inputs: End[] = [];
  const outputs: End[] = [];
  walk.inputs((place) => {
    const sizes = sizesOf(place);
    build.isOpen ||= sizes.includes(-1);
    const type = feedable(place.type);
    const node = build.input(
      type,
      sizes.map((size) => (size === -1 ? 1 : size)),
    );
    inputs.push({ ...place, type, role: 'input', node });
    return build.cast(node, type, place.type);
  });
  walk.nodes(rowsAndRefusals);
  walk.outputs((place, ref) => {
    expectElements(ref.shape);
    const type = feedable(place.type);
    const given = build.cast(ref, ref.type, type);
    const isTaken = [...outputs, ...inputs].some(({ node }) => node === given);
    const isOwn = !isTaken && !build.isUnsettled(given);
    outputs.push({ ...place, type, role: 'output', node: isOwn ? given : build.copy(given) });
  });
  walk.refusals.expectNone();
  return { build, inputs, outputs };
}

/** The tensor of the program that stands for each, one for each: ends with the sizes that they are called with. */
function tensorsBy(
  stored: ReadonlyMap<Ref, ProgramTensor>,
  ends: readonly End[],
  nameOf: (ref: Ref) => string,
): (ref: Ref) => ProgramTensor {
  const tensors = new Map(stored);
  for (const { node, sizes } of ends) {
    const signature = sizes?.includes(-1) ? sizes : undefined;
    tensors.set(node, { ...plainTensor(node, nameOf(node)), signature });
  }
  return (ref) => {
    const known = tensors.get(ref) ?? plainTensor(ref, nameOf(ref));
    tensors.set(ref, known);
    return known;
  };
}

function metadataOf(options: LowerOptions, about: About, named: NamedTensors): LitertProgram['metadata'] {
  // Class names stand in a file of their own where lines can hold them.
  const labels = options.labels && linesOf(options.labels) === undefined ? options.labels : undefined;
  const entries = [
    ...description({ ...options, labels }, named.layout),
    ...previewEntry(about),
    ...provenance(named, options),
  ];
  return new Map(entries.map(asText));
}

const OPEN_BATCH =
  'its batch is open, as 1 until a program resizes it: what cannot resize, as the web runtime by which it is checked, is checked at other batches by the same file with other sizes';

/** Sizes of an input, of which the first alone may be open. @throws Declined */
function sizesOf({ sizes, order }: Place<Kind>): readonly number[] {
  if (!sizes) return decline('the rank is not known');
  expectElements(sizes);
  sizes.forEach((size, axis) => {
    if (size === -1 && axis > 0) decline(`the size of its axis ${order[axis]} is not known; fix it with --shape`);
  });
  return sizes;
}

/** The web runtime takes and gives none. @throws Declined */
function expectElements(sizes: readonly number[]): void {
  if (sizes.includes(0)) decline('it has no elements');
}

/** The web runtime feeds and gives back no truth values. */
function feedable(type: Kind): Kind {
  return type === 'bool' ? 'int32' : type;
}
