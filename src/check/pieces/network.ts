import type { Chunks, Engine, Session } from '../../engines/index.js';
import type {
  ArtefactPort,
  ArtefactValue,
  ImageOptions,
  Opened,
  Piece,
  Runnable,
  Target,
} from '../../formats/format.js';
import { type ExternalData, loadOnnx, loadReference } from '../../formats/index.js';
import { asOneChunk, type Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import type { Trial } from '../../trials/index.js';
import { Wiring } from './wiring.js';

/** A network that can be run in pieces: the reference, or a candidate. */
export interface Network {
  readonly wiring: Wiring;
  /** What its nodes give. `sourceName` is the value of the reference that a value is called as. */
  readonly values: readonly ArtefactValue[];
  /** Which of the reference's inputs and outputs they are is said by `sourceName`. */
  readonly inputs: readonly ArtefactPort[];
  readonly outputs: readonly ArtefactPort[];
  /** Where it takes pixels: in which order of colours the network was trained, and trials have them. */
  readonly trainedOn?: ImageOptions['order'] | undefined;
  /** Whether its file says what the reference calls its values; else names are a hint. */
  readonly isTraced: boolean;
  /** What of a trial it is fed with. */
  readonly feeds: (trial: Trial) => Trial['feeds'];
  /** @throws EngineFailure */
  load(piece: Piece): Promise<Session>;
  /** A piece as files of its own; `base` is what they are called after. */
  save(piece: Piece, base: string): Promise<SavedPiece>;
  /** Absent where its pieces are no graphs of ours. */
  readonly graphs?: Graphs | undefined;
}

/** A piece as it is written: where its model lies, and all its files by path. */
export interface SavedPiece {
  readonly path: string;
  readonly files: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** Pieces of a network as graphs of ours: to see what they would give if they were others. */
export interface Graphs {
  read(piece: Piece): Promise<Model>;
  /** @throws EngineFailure */
  load(model: Model): Promise<Session>;
}

/** An artefact as it is deployed, in pieces. */
export function artefactNetwork(
  target: Target,
  opened: Opened,
  ports: Pick<Network, 'inputs' | 'outputs' | 'trainedOn'>,
  {
    engine,
    rounded,
    optimize = true,
  }: { readonly engine: Engine; readonly rounded?: boolean; readonly optimize?: boolean },
): Network {
  return {
    ...ports,
    wiring: new Wiring(
      opened.nodes(),
      ports.inputs.map(({ name }) => name),
    ),
    values: opened.values,
    trainedOn: ports.trainedOn ?? opened.image?.order,
    isTraced: opened.metadata.has('mobileone.version'),
    feeds: ({ feeds, artefactFeeds }) => (opened.image ? artefactFeeds : feeds),
    load: (piece) => engine.load({ ...target.runnable(opened, { piece, rounded }), optimize }),
    save: async (piece, base) => savedAs(target, target.runnable(opened, { piece }), base),
  };
}

/** What the engine of a format takes: ONNX, a file of the format, or a folder with `model.json`. */
function savedAs({ engine, suffix, placement }: Target, { model, files }: Runnable, base: string): SavedPiece {
  const path = `${base}${engine === 'onnxruntime' ? '.onnx' : suffix}`;
  if (engine === 'onnxruntime' || placement.kind === 'file') return { path, files: new Map([[path, model]]) };
  const inside = Array.from(files, ([file, chunks]) => [`${path}/${file}`, chunks] as const);
  return { path, files: new Map([[`${path}/model.json`, model], ...inside]) };
}

/** What an ONNX source is run from: its own bytes, of which pieces are cut out. */
export interface SourceParts {
  readonly bytes: Uint8Array;
  /** Data files by the path that the file calls them. */
  readonly files?: ReadonlyMap<string, Chunks> | undefined;
  /** Its inputs, without weights, and its outputs. */
  readonly ports: Pick<Network, 'inputs' | 'outputs' | 'trainedOn'>;
  /** What its own metadata say of its values, where it was made from another source. */
  readonly values: readonly ArtefactValue[];
  readonly engine: Engine;
}

/** An ONNX file as the reference, in pieces: its engine's optimisations are off, and nothing passes through our own graph. */
export async function sourceNetwork({ bytes, files, ports, values, engine }: SourceParts): Promise<Network> {
  const { editReference, nodesOfReference } = await loadReference();
  const { readOnnx, writeOnnx } = await loadOnnx();
  const nodes = nodesOfReference(bytes);
  const said = new Map(values.map((value) => [value.name, value]));
  const externalData: ExternalData = (location, offset, length) => {
    const chunks = files?.get(location) ?? [];
    return asOneChunk(chunks instanceof Uint8Array ? [chunks] : chunks).subarray(offset, length && offset + length);
  };
  const read = async (piece: Piece) => {
    const model = readOnnx(editReference(bytes, { piece }), { externalData });
    inferTypes(model.graph);
    return model;
  };
  return {
    ...ports,
    wiring: new Wiring(
      nodes,
      ports.inputs.map(({ name }) => name),
    ),
    values: nodes.flatMap((node) => node.outputs.map((name) => said.get(name) ?? { name, sourceName: name })),
    isTraced: true,
    feeds: ({ feeds, artefactFeeds }) => (ports.trainedOn ? artefactFeeds : feeds),
    load: (piece) => engine.load({ model: editReference(bytes, { piece }), ...(files && { files }), optimize: false }),
    async save(piece, base) {
      const path = `${base}.onnx`;
      return { path, files: new Map([[path, [writeOnnx(await read(piece))]]]) };
    },
    graphs: { read, load: (model) => engine.load({ model: writeOnnx(model), optimize: false }) },
  };
}
