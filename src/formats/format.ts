import type { Placement } from '../files/placement.js';
import type { AskedShape, DataType, Graph, Model } from '../model/index.js';
import type { Declaration } from '../option-kinds.js';
import type { About } from './about.js';

/** What constants are stored in; `int8` is weights in 256 steps, `pal6` and `pal4` in indices of so many bits into a table. */
export type Precision = 'fp32' | 'fp16' | 'int8' | 'pal6' | 'pal4';

/** What the weights of a file are held in, as it says itself; tables count as steps. */
export type Held = Exclude<Precision, 'pal6' | 'pal4'>;

/** How pixels become what the network was trained on: y = (p / 255 - mean) / std, per channel in the network's order. */
export interface ImageOptions {
  readonly order: 'rgb' | 'bgr' | 'gray';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * How a target whose sizes are fixed holds the boxes of a detector, whose number only the run decides. `padded`: the graph's own
 * outputs with as many rows as there can be, those left over 0, and a further output that says how many count. `pipeline`: the
 * target's own suppression, with its own outputs.
 */
export type NmsForm = 'pipeline' | 'padded';

/** What a user may ask of every format; one that has no notion of it ignores it. */
export interface LowerOptions {
  /** undefined: every type stays as it is; a format with a precision of its own takes that. */
  readonly precision?: Precision | undefined;
  /** Names or globs of nodes that stay in float32 when `precision` is fp16. */
  readonly keepFp32?: readonly string[];
  /** Set where the graph already normalises 0-255 pixels by itself at its image input of this name. */
  readonly image?: (ImageOptions & { readonly input: string }) | undefined;
  /** Class names. */
  readonly labels?: readonly string[] | undefined;
  /** What the artefact is to say of itself. */
  readonly about?: About | undefined;
  /**
   * false: it is not said which nodes of the source its own stand for.
   * @default true
   */
  readonly origins?: boolean | undefined;
  /** How it holds the boxes of a detector, where its sizes are fixed. */
  readonly nms?: NmsForm | undefined;
  /** What was asked of the sizes of inputs, by name: those that may vary within bounds are open in the graph. */
  readonly shape?: ReadonlyMap<string, AskedShape> | undefined;
  /** It is only asked whether the target can express the model: its constants need not be converted, nor be right. */
  readonly withoutWeights?: boolean;
}

/** A model as one target understands it, not yet bytes. `program` is the target's own business. */
export interface Lowered<Program = unknown> {
  readonly program: Program;
  /** What was assumed, renamed or fixed on the way, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * An artefact in memory: path inside it to bytes, in chunks that are written one after the other. A single file has the
 * path `''`, with its data files beside it under their full names. `commits` is the file that is renamed last.
 */
export interface Artefact {
  readonly files: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly commits: string;
}

/** A value of an artefact, and which of the source's it is: that of this name, where the source has one. */
export interface ArtefactValue {
  readonly name: string;
  /** By `mobileone.names` of the metadata, else the same. */
  readonly sourceName: string;
  /** Axis k is axis `permutation[k]` of the source's value; undefined: the same order. */
  readonly permutation?: readonly number[] | undefined;
}

/** A node of an artefact, and the values that it links. */
export interface ArtefactNode {
  readonly name: string;
  readonly operator: string;
  /** Values that it reads and that are computed or fed, by their names in the artefact. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A constant as an artefact stores it. */
export interface ArtefactConstant {
  readonly shape: readonly number[];
  /** `whole`: float32, integers, truth values and texts, which lose nothing. */
  readonly stored: 'whole' | 'half' | StoredSteps | StoredTable;
  /** Of steps the integers, of a table the floats that it gives, of float16 the same in float32. */
  elements(): ArrayLike<number> | string;
}

/** Integers that stand for floats: value = scale * stored + offset. */
export interface StoredSteps {
  readonly kind: 'steps';
  readonly least: number;
  readonly most: number;
  /** One for each block. */
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
  /** Into how many blocks of equal length each axis is cut; an axis beyond the last is not. */
  readonly blocks: readonly number[];
}

/** Indices into tables of floats. */
export interface StoredTable {
  readonly kind: 'table';
  /** One for each block. */
  readonly tables: readonly ArrayLike<number>[];
  /** As of steps. */
  readonly blocks: readonly number[];
}

/** What an operation reads: a value, by its name, or a constant. */
export interface ArtefactOperand {
  /** As the format calls the operand, or its place. */
  readonly role: string;
  readonly value: string | ArtefactConstant;
}

/** An operation of an artefact with all that its answer depends on. */
export interface ArtefactOperation {
  readonly operator: string;
  readonly operands: readonly ArtefactOperand[];
  /** All else that it says; operations that say the same have the same text. Which type of floats it is counts for nothing. */
  readonly attributes: string;
  /** Names of what it makes; undefined where a result has none. */
  readonly results: readonly (string | undefined)[];
  /** Set where it only says a value in another floating-point type: its result stands for its first operand. */
  readonly isCast: boolean;
  /** Graphs inside it, as branches. */
  readonly bodies: readonly ArtefactProgram[];
  /** What `origins` call it; where a format computes in one type alone, neither this nor the type is said. */
  readonly name?: string | undefined;
  /** The type of its first result, where that is a float. */
  readonly computesIn?: 'fp16' | 'fp32' | undefined;
}

/** All that an artefact computes, as its format has it. */
export interface ArtefactProgram {
  /** Names of values. */
  readonly inputs: readonly string[];
  readonly outputs: readonly ArtefactOperand[];
  readonly operations: readonly ArtefactOperation[];
}

/** An input or output as an artefact's own bytes say it. Axes are those of the artefact. */
export interface ArtefactPort extends ArtefactValue {
  /** undefined where the bytes do not say, or it is no tensor. */
  readonly dtype: DataType | undefined;
  /** Sizes, undefined where any will do; undefined as a whole where the rank is not known. */
  readonly shape: readonly (number | undefined)[] | undefined;
  /** Set of an input where the file bounds the sizes that may vary: those of all its axes. */
  readonly asked?: AskedShape | undefined;
  /** In which order an image input takes its colours. */
  readonly colours?: ImageOptions['order'] | undefined;
  /** Of an output that has more rows than count: along which axis, and the output that says how many do, the first ones. */
  readonly rows?: { readonly axis: number; readonly count: string } | undefined;
  /** Of an output that differs from what it should be by sizes of 1 alone: the sizes that it is taken in. */
  readonly sizes?: readonly number[] | undefined;
}

/** What an artefact says of itself, from its bytes alone. */
export interface Opened<Content = unknown> {
  readonly inputs: readonly ArtefactPort[];
  readonly outputs: readonly ArtefactPort[];
  /** What its nodes give, outputs included: what `alsoOutputs` may ask for. */
  readonly values: readonly ArtefactValue[];
  /** In an order in which every value is made before it is read; made when asked for. */
  nodes(): readonly ArtefactNode[];
  /** What it computes, constants included; made when asked for. */
  program(): ArtefactProgram;
  /** Class names, where it has any. */
  readonly labels: readonly string[] | undefined;
  /** What most of its weights are held in. */
  readonly precision: Held;
  /** What any of its weights are held in, or its values computed in, at the coarsest: its answers are rounded by that. */
  readonly coarsest: Held;
  /**
   * Weights that are stored in few steps: even ones (`weights`), or those of a table (`palette`); `activations` where computed
   * values are quantised as well.
   */
  readonly quantization: 'weights' | 'palette' | 'activations' | undefined;
  /** As a graph of ONNX's operators, where it is read as one. */
  readonly graph: Graph | undefined;
  /** Set where it normalises pixels by itself: how, and in which order the network was trained. */
  readonly image: ImageOptions | undefined;
  /** Whether metadata say how axes lie that are not where the source has them; of others that they lie as there. */
  readonly saysLayout: boolean;
  /** Every entry as text; what is no text as JSON. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The nodes of the source that each node stands for. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  /** What a reader should know of the file, a sentence each. */
  readonly notes: readonly string[];
  /** The format's own business. */
  readonly content: Content;
}

/** What the format's engine needs to run an artefact. Its results come out under the names of the artefact. */
export interface Runnable {
  readonly model: readonly Uint8Array[];
  /** Data files beside it, by the path that it calls them. */
  readonly files: ReadonlyMap<string, readonly Uint8Array[]>;
  /** For an engine that runs a model at the sizes alone that it says: the same model at other sizes of its inputs, by name. */
  readonly atSizes?: ((sizes: ReadonlyMap<string, readonly number[]>) => readonly Uint8Array[]) | undefined;
}

/** A value that comes into a piece of an artefact instead of being computed there. */
export interface FedInput {
  /** The value whose readers are given it, by its name in the artefact. */
  readonly name: string;
  /** What the input is called: no other value's name, so that the piece can still compute the value, and give it back. */
  readonly as: string;
  /** Where the artefact does not say it. */
  readonly dtype: DataType;
  /** Sizes, undefined where any will do. */
  readonly shape: readonly (number | undefined)[];
}

/** A part of an artefact: what it takes to get from some of its values to others. All else goes, unread inputs too. */
export interface Piece {
  readonly fed: readonly FedInput[];
  /** Names of values in the artefact. */
  readonly outputs: readonly string[];
}

/** How an artefact is made ready to run. */
export interface RunnableOptions {
  /** Only this part of it, in place of the whole and of `alsoOutputs`. */
  readonly piece?: Piece | undefined;
  /** Values beside the outputs that are given back too, by their names in the artefact. */
  readonly alsoOutputs?: readonly string[] | undefined;
  /** Rounds to float16 behind every operator that the file computes in float16, as a device does and an engine may not. */
  readonly rounded?: boolean | undefined;
}

/** Content hash: lower-case hexadecimal SHA-256 of the chunks in order. The caller gives it; formats import no crypto. */
export type Hash = (chunks: readonly Uint8Array[]) => string;

/** What runs artefacts; `engines/index.ts` knows them by these names. */
export type EngineName = 'onnxruntime' | 'tensorflow.js' | 'litert';

/** What can be said of a format without loading it. */
export interface FormatDeclaration {
  /** As users and reports call it. */
  readonly name: string;
  /** Other names that mean it. */
  readonly aliases?: readonly string[];
  /** As sentences call it. */
  readonly title: string;
  /** What follows the base name: `.fused.onnx`, `.tfjs`, `.mlpackage`. */
  readonly suffix: string;
  readonly placement: Placement;
  /** What runs its artefacts here. */
  readonly engine: EngineName;
  /** What nobody should take the figures for, said with each verdict. */
  readonly caveat?: string;
  /** The precisions that it can be written in, and what a program computes in then. */
  readonly arithmetic: ReadonlyMap<Precision, 'fp32' | 'fp16'>;
  /** What it takes where none is asked for; undefined: every type as the source has it. */
  defaultPrecision(source: 'fp32' | 'fp16'): Precision | undefined;
  /** In which order an image input takes its colours, for a network that was trained on this one. */
  colours(trained: ImageOptions['order']): ImageOptions['order'];
  /** What this format alone can be asked, by the name that `lower` takes it under. */
  readonly options: Readonly<Record<string, Declaration>>;
}

/** What an artefact may hold before it is refused. */
export interface OpenLimits {
  readonly maxNodes?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** A format that can be written and opened. Adding one is a folder, and a line in `formats/index.ts`. */
export interface Format<Program = unknown, Own extends object = object, Content = unknown> {
  /** ONNX's names of the operators that it writes; undefined: all are passed on as they are. */
  readonly operators: ReadonlySet<string> | undefined;
  /**
   * Walks the graph once with the format's table of operators. May edit `model`: callers give a copy of their own.
   * @throws UnsupportedError with every node that has no row, or whose row declines
   */
  lower(model: Model, options: LowerOptions & Own): Lowered<Program>;
  write(program: Program, baseName: string, hash: Hash): Artefact;
  /**
   * Reads an artefact that anybody may have written, from its bytes alone.
   * @throws InputError in one line where it is damaged, contradicts itself, or holds what is not read here
   * @throws EngineError where it holds an operation that is not known here, so that nothing can be said of it
   */
  open(artefact: Artefact, limits?: OpenLimits): Opened<Content>;
  /** The names of data files beside a single file, as it calls them; a format without has no such verb. @throws InputError */
  dataFiles?(main: readonly Uint8Array[], limits?: OpenLimits): readonly string[];
  runnable(opened: Opened<Content>, options?: RunnableOptions): Runnable;
}

/** A format that is loaded. */
export type Target<Program = unknown, Own extends object = object, Content = unknown> = FormatDeclaration &
  Format<Program, Own, Content>;
