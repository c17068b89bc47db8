import type { About } from '../about.js';
import type { Known, Operation, Options } from './operations/index.js';

/** Element types that are computed with. */
export type Kind = 'float32' | 'int32' | 'bool';

/** Bytes of a constant, made when they are asked for. */
export interface Data {
  readonly byteLength: number;
  bytes(): Uint8Array;
}

/** How integers stand for floats: value = scale * (stored - zero point), per element of `axis`, or alike for all. */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

/** A tensor of a program; of its sizes those that the file says, which are 1 where any will do. */
export interface ProgramTensor extends Known {
  readonly name: string;
  /** -1 where any size will do; undefined: the sizes as they are. */
  readonly signature?: readonly number[] | undefined;
  /** Of a constant. */
  readonly data?: Data | undefined;
  readonly quantization?: Quantization | undefined;
}

/** An operator with what it reads and gives. */
export interface ProgramOperator {
  readonly operation: Operation;
  readonly inputs: readonly (ProgramTensor | undefined)[];
  readonly outputs: readonly ProgramTensor[];
  readonly options: Options;
}

/** An input or output under the name that its users call it by. */
export interface Endpoint {
  readonly key: string;
  readonly tensor: ProgramTensor;
}

/** What people and their tools are told of a file. */
export interface Description {
  /** Our own entries, as text. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly about?: About | undefined;
  /** What inputs and outputs are, by their keys. */
  readonly described?: ReadonlyMap<string, string> | undefined;
  readonly labels?: readonly string[] | undefined;
  /** The place among the inputs of the image that the program normalises by itself. */
  readonly image?: { readonly input: number; readonly isGray: boolean } | undefined;
}

/** A model in the operators of TensorFlow Lite, in the order in which they run, before any byte is laid out. */
export interface LitertProgram extends Description {
  readonly operators: readonly ProgramOperator[];
  readonly inputs: readonly Endpoint[];
  readonly outputs: readonly Endpoint[];
}
