import type { AskedShape, Shape, SourceNode, Value } from '../../../model/index.js';
import type { About } from '../../about.js';
import type { ImageOptions } from '../../format.js';
import type { MilDataType, Version } from './data-types.js';

/** A dense tensor; rank 0 is a scalar. A symbol is a size that is open until the network runs. */
export interface MilType {
  readonly dtype: MilDataType;
  readonly shape: Shape;
}

/** A tensor type without open sizes, as every constant has. */
export interface FixedType extends MilType {
  readonly shape: readonly number[];
}

/** Elements in row-major order: bits of fp16, numbers, 0 and 1 for bool, one text, or bytes into which integers of few bits are packed. */
export type ConstantData = Float32Array | Uint16Array | Int32Array | Uint32Array | Uint8Array | Int8Array | string;

/** A tensor that stands in the program or in weight.bin. */
export interface Constant extends FixedType {
  readonly data: ConstantData;
  /** Of float16: the numbers that were rounded. */
  readonly exact?: Float32Array | undefined;
}

/** What one operation makes and others read. Links are objects; the name is given once the program is whole. */
export class MilValue {
  readonly type: MilType;
  /** Like what it would be called where it is no value of the graph. */
  readonly hint: string;
  name = '';
  /** The value of the graph that it is, up to its type. */
  holds: Value | undefined;
  /** Set on what a `const` makes. */
  readonly constant: Constant | undefined;

  constructor(type: MilType, hint: string, constant?: Constant) {
    this.type = type;
    this.hint = hint;
    this.constant = constant;
  }
}

/** One operation of MIL, by its name there; an input may take several values. */
export interface MilOperation {
  readonly type: string;
  readonly inputs: ReadonlyMap<string, readonly MilValue[]>;
  readonly outputs: readonly MilValue[];
  /** Constants that it holds in place of inputs, as those that make weights of what is stored do. */
  readonly attributes?: ReadonlyMap<string, Constant> | undefined;
  /** Constants that are bound in the place of inputs, as those of the same operations are from iOS 18 on. */
  readonly bound?: ReadonlyMap<string, Constant> | undefined;
  /** Nodes of the source that it stands for. */
  readonly origin: readonly SourceNode[];
}

/** An input of the model: a tensor, or an image whose pixels the program takes as numbers from 0 to 255. */
export interface InputFeature {
  readonly value: MilValue;
  readonly image: ImageOptions['order'] | undefined;
  /** Set where sizes may vary: within what, for all axes. */
  readonly asked: AskedShape | undefined;
}

/** Class names beside the vector that holds a probability for each. */
export interface Classifier {
  readonly probabilities: MilValue;
  readonly labels: readonly string[];
  /** Names of the two features that stand in the place of the probabilities. */
  readonly labelName: string;
  readonly probabilitiesName: string;
}

/** Names of the features of a detector in Core ML: what its program gives, what it is told and what comes out. */
export const DETECTOR_FEATURES = {
  rawConfidence: 'raw_confidence',
  rawCoordinates: 'raw_coordinates',
  iouThreshold: 'iouThreshold',
  confidenceThreshold: 'confidenceThreshold',
  confidence: 'confidence',
  coordinates: 'coordinates',
} as const;

/**
 * Core ML's own NonMaximumSuppression, a model that stands behind the program in a pipeline. The program gives the confidence of
 * each class [n, classes] and coordinates [n, 4], as centre x and y, width and height.
 */
export interface Suppression {
  readonly classes: number;
  readonly boxes: number;
  /** Boxes suppress those of their own class alone: that of the highest confidence. */
  readonly perClass: boolean;
  readonly iouThreshold: number;
  /** Boxes below are dropped. */
  readonly confidenceThreshold: number;
  /** As many boxes come out at most. */
  readonly most: number;
  readonly labels: readonly string[] | undefined;
}

/** An ML Program with one function: what Core ML runs, before it is bytes. */
export interface MilProgram {
  readonly version: Version;
  readonly inputs: readonly InputFeature[];
  /** In an order in which every value is made before it is read; constants are operations too. */
  readonly operations: readonly MilOperation[];
  readonly outputs: readonly MilValue[];
  readonly classifier: Classifier | undefined;
  readonly suppression: Suppression | undefined;
  readonly metadata: ReadonlyMap<string, string>;
  readonly about: About | undefined;
  /** What features are, in words, by name. */
  readonly described: ReadonlyMap<string, string>;
}
