import { boundedOutputs, type Candidate, findSuspect, type Role, resolutions, selectionsOf } from '../check/index.js';
import type { ArtefactPort, ImageOptions } from '../formats/format.js';
import { LAST_IR_VERSION, loadReference } from '../formats/index.js';
import {
  type AskedShape,
  allNodes,
  asOneChunk,
  EngineError,
  flexibleAxes,
  formatAsked,
  type Graph,
  isFlexible,
  UsageError,
  type Value,
} from '../model/index.js';
import { hintForOutput, nearestHint } from '../nearest-name.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { batchNormalization, dropout } from '../operators/index.js';
import { type Stock, takeStock } from '../source/take-stock.js';
import { inversePermutation, turned } from '../trials/axes.js';
import { describeInputs, type InputSpec } from '../trials/index.js';
import type { Anchor, Anchors } from './match.js';
import type { OpenArtefact } from './open-artefact.js';

/** What may be asked of a reference. */
export interface ReferenceOptions {
  /** Sizes of inputs by name. */
  readonly shape: ReadonlyMap<string, AskedShape>;
  /** Values to compare, in place of its outputs. */
  readonly outputs?: readonly string[] | undefined;
  readonly batchNorm?: BatchNormMode | undefined;
}

/** What is known of one output of the reference. */
export interface OutputFacts {
  readonly name: string;
  /** Differences up to this are none. */
  readonly resolution: number;
  /** Largest less smallest number that it can be, where its function has bounds. */
  readonly range: number | undefined;
  readonly role: Role;
}

/** What candidates are compared with. Its axes are those of the source, where its metadata say how they lay there. */
export interface Reference {
  readonly artefact: OpenArtefact;
  /** How it is run, optimisations off. */
  readonly runs: Candidate;
  readonly anchors: Anchors;
  readonly specs: readonly InputSpec[];
  /** Its outputs; then what is looked at inside. */
  readonly outputs: readonly OutputFacts[];
  /** Set where it normalises pixels by itself. */
  readonly image: ImageOptions | undefined;
  /** Types inferred, cut at the outputs; undefined where it is not read as a graph of ONNX's operators. */
  readonly graph: Graph | undefined;
  readonly stock: Stock | undefined;
  /** Names the constant that makes it answer NaN or infinity, where one is known. */
  readonly suspect: () => string | undefined;
}

/**
 * Makes an opened artefact the one that others are compared with.
 * @throws UsageError where a name or size that was asked for does not fit it
 * @throws InputError where there are no trial inputs for it
 */
export async function makeReference(artefact: OpenArtefact, options: ReferenceOptions): Promise<Reference> {
  const { opened, target } = artefact;
  const { graph, image } = opened;
  const stock = graph && takeStock(graph.model, options);
  const inputs = graph ? livePorts(opened.inputs, graph.inputs) : withShapes(opened.inputs, options.shape);
  const outputs = graph ? livePorts(wantedOutputs(artefact), graph.outputs) : chosenOutputs(artefact, options.outputs);
  const odd = outputs.find(({ dtype }, index) => dtype === undefined && graph?.outputs[index]?.otherType);
  if (odd) {
    throw new EngineError({
      what: 'an output is no tensor, so it cannot be compared',
      where: { value: odd.name },
      todo: 'choose others with --outputs',
    });
  }
  const own = new Set(opened.outputs.map(({ name }) => name));
  const alsoOutputs = outputs.flatMap(({ name }) => (own.has(name) ? [] : name));
  const { model, files } = target.runnable(opened, { alsoOutputs: graph ? [] : alsoOutputs });
  const [resolution, range] = graph ? [resolutions(graph), boundedOutputs(graph)] : [];
  const selections = graph && selectionsOf(graph);
  const results = new Set(selections?.results.map(({ name }) => name));
  return {
    artefact,
    image,
    graph,
    stock,
    runs: {
      payload: { model: graph ? await edited(artefact, graph, asOneChunk(model), [], options) : model, files },
      inputs,
      outputs,
      trainedOn: image?.order,
    },
    anchors: { inputs: inputs.map(anchorOf), outputs: outputs.map(anchorOf), hasChannelsFirst: graph !== undefined },
    specs: graph ? specsOf(graph, inputs, options.shape) : inputs.map(openSpec),
    outputs: outputs.map(({ name, sourceName }) => {
      const jumps = selections?.outputs.has(name) ? 'behind' : 'output';
      return {
        name: sourceName,
        resolution: resolution?.get(name) ?? 0,
        range: range?.get(name),
        role: results.has(name) ? 'selected' : jumps,
      };
    }),
    suspect: () => graph && findSuspect(graph),
  };
}

/**
 * The same reference, giving back these of its values too.
 * @param values of its graph
 */
export async function lookingInside(
  reference: Reference,
  values: Iterable<Value>,
  options: ReferenceOptions,
): Promise<Reference> {
  const { artefact, graph, runs, outputs } = reference;
  const inside = insidePorts(artefact, values, runs.outputs);
  if (!graph || inside.length === 0) return reference;
  const { model, files } = artefact.target.runnable(artefact.opened);
  const [resolution, range] = [resolutions(graph), boundedOutputs(graph)];
  return {
    ...reference,
    runs: {
      ...runs,
      payload: { model: await edited(artefact, graph, asOneChunk(model), inside, options), files },
      outputs: [...runs.outputs, ...inside],
    },
    outputs: [
      ...outputs,
      ...inside.map(({ name, sourceName }) => ({
        name: sourceName,
        resolution: resolution.get(name) ?? 0,
        range: range.get(name),
        role: 'read' as const,
      })),
    ],
  };
}

/** The file as it is, or with its decoded protobuf edited where it could not run or be compared as it is. */
async function edited(
  { artefact }: OpenArtefact,
  graph: Graph,
  bytes: Uint8Array,
  inside: readonly ArtefactPort[],
  { outputs, batchNorm, shape }: ReferenceOptions,
): Promise<Uint8Array> {
  const isNewer = graph.model.provenance.irVersion > LAST_IR_VERSION;
  const trains = [...allNodes(graph)].some(
    (node) =>
      (node.is('BatchNormalization') && batchNormalization.parameters(node).trainingMode) ||
      (node.is('Dropout') && dropout.parameters(node).trainingMode === true),
  );
  const open = flexibleAxes(shape);
  if (!outputs && !isNewer && !trains && open.size === 0 && inside.length === 0) return bytes;
  const { editReference } = await loadReference();
  return editReference(bytes, {
    lastIrVersion: isNewer ? LAST_IR_VERSION : undefined,
    inferenceMode: trains,
    batchNorm,
    open,
    outputs: outputs && graph.outputs.map(({ name, dtype = 'float32' }) => ({ name, dtype })),
    alsoOutputs: inside.map(({ name, dtype = 'float32' }) => ({ name, dtype })),
    externalData: (location, offset, length) =>
      asOneChunk(artefact.files.get(location) ?? []).subarray(offset, length && offset + length),
  });
}

/** Values beside the outputs, as ports. */
function insidePorts(
  artefact: OpenArtefact,
  values: Iterable<Value>,
  outputs: readonly ArtefactPort[],
): ArtefactPort[] {
  const own = new Set(outputs.map(({ name }) => name));
  const others = new Map([...values].filter(({ name }) => !own.has(name)).map((value) => [value.name, value]));
  return Array.from(others.values(), ({ name, dtype }) => {
    const known = artefact.opened.values.find((value) => value.name === name);
    return { sourceName: name, ...known, name, dtype, shape: undefined };
  });
}

/** What the source calls a value of a reference that was made from one. */
export function sourceNameOf({ opened: { values } }: OpenArtefact, name: string): string {
  return values.find((value) => value.name === name)?.sourceName ?? name;
}

/** Ports with the types and sizes that the graph has by now; those that it no longer has are left out. */
function livePorts(ports: readonly ArtefactPort[], values: readonly Value[]): ArtefactPort[] {
  return values.map((value) => {
    const port = ports.find(({ name }) => name === value.name);
    const shape = value.shape?.map((size) => (typeof size === 'number' ? size : undefined));
    const { name, dtype } = value;
    return { sourceName: name, ...port, name, dtype: dtype ?? port?.dtype, shape: shape ?? port?.shape };
  });
}

function wantedOutputs({ opened: { outputs, values } }: OpenArtefact): ArtefactPort[] {
  const inside = values.map((value) => ({ ...value, dtype: undefined, shape: undefined }));
  return [...outputs, ...inside];
}

/** Outputs of a reference that is no graph of ours: those that are tensors, or the values that were named. */
function chosenOutputs(artefact: OpenArtefact, names: readonly string[] | undefined): ArtefactPort[] {
  if (!names) return artefact.opened.outputs.filter(({ dtype }) => dtype !== undefined);
  const all = wantedOutputs(artefact);
  return names.map((name) => {
    const port = all.find((each) => each.name === name || each.sourceName === name);
    if (port) return port;
    throw new UsageError({
      what: `--outputs: the reference has no value "${name}"`,
      todo: hintForOutput(
        name,
        all.map((each) => each.name),
        artefact.opened.outputs.map((each) => each.name),
      ),
    });
  });
}

function withShapes(ports: readonly ArtefactPort[], shapes: ReferenceOptions['shape']): ArtefactPort[] {
  const known = ports.map(({ name }) => name);
  for (const [name, sizes] of shapes) {
    const port = ports.find((each) => each.name === name);
    if (!port) {
      const todo = nearestHint(name, known) ?? `its inputs are ${known.join(', ')}`;
      throw new UsageError({ what: `--shape: the reference has no input "${name}"`, todo });
    }
    const { shape } = port;
    if (
      shape &&
      (shape.length !== sizes.length || shape.some((size, axis) => size !== undefined && size !== sizes[axis]))
    ) {
      throw new UsageError({
        what: `--shape: input ${name} cannot become ${formatAsked(sizes)}`,
        todo: 'only open sizes can be fixed',
      });
    }
  }
  return ports.map((port) => {
    const asked = shapes.get(port.name);
    if (!asked) return port;
    const bounds = asked.some(isFlexible) ? asked : undefined;
    return { ...port, shape: asked.map((size) => (isFlexible(size) ? undefined : size)), asked: bounds };
  });
}

/** In the axes of the source. */
function anchorOf({ sourceName, dtype, shape, permutation }: ArtefactPort): Anchor {
  const inverse = permutation && inversePermutation(permutation);
  return { name: sourceName, dtype, shape: inverse && shape ? inverse.map((axis) => shape[axis]) : shape };
}

function specsOf(graph: Graph, inputs: readonly ArtefactPort[], shapes: ReadonlyMap<string, AskedShape>): InputSpec[] {
  const asked = new Map([...inputs.flatMap(({ name, asked: own }) => (own ? [[name, own] as const] : [])), ...shapes]);
  return describeInputs(graph, asked).map((spec, index) => {
    const { sourceName = spec.name, permutation } = inputs[index] ?? {};
    return {
      ...spec,
      name: sourceName,
      shape: turned(spec.shape, permutation),
      asked: spec.asked && turned(spec.asked, permutation),
    };
  });
}

/** An input of which the file alone is known; unknown sizes have nothing in common. */
function openSpec(port: ArtefactPort): InputSpec {
  const { name, dtype = 'float32', shape = [] } = anchorOf(port);
  return {
    name,
    dtype,
    shape: shape.map((size, axis) => size ?? `${name} ${axis}`),
    asked: port.asked && turned(port.asked, port.permutation),
    below: 2,
  };
}
