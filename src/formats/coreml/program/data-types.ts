/** Element types that our programs hold, under the names that MIL's `cast` gives them. */
export type MilDataType = 'fp16' | 'fp32' | 'int32' | 'bool' | 'string' | Packed;

/** Element types of what compressed weights are stored in; no value that is computed has them. */
export type Packed = 'int8' | 'uint8' | 'uint32' | 'uint4' | 'uint6';

/** Numbers of one element type in the different enumerations of the format. */
interface Numbers {
  /** `MILSpec.DataType`. */
  readonly mil: number;
  /** `ArrayFeatureType.ArrayDataType`; undefined: no feature can have it. */
  readonly feature: number | undefined;
  /** Data type of a record of weight.bin; undefined: always inline. */
  readonly blob: number | undefined;
}

/** The numbers of MIL types in a program, among the features of a model and in weight.bin; undefined where they cannot stand. */
export const MIL_NUMBERS: Readonly<Record<MilDataType, Numbers>> = {
  fp16: { mil: 10, feature: 65552, blob: 1 },
  fp32: { mil: 11, feature: 65568, blob: 2 },
  int32: { mil: 23, feature: 131104, blob: undefined },
  bool: { mil: 1, feature: undefined, blob: undefined },
  string: { mil: 2, feature: undefined, blob: undefined },
  int8: { mil: 21, feature: undefined, blob: 4 },
  uint8: { mil: 31, feature: undefined, blob: 3 },
  uint32: { mil: 33, feature: undefined, blob: undefined },
  uint4: { mil: 35, feature: undefined, blob: 11 },
  uint6: { mil: 38, feature: undefined, blob: 13 },
};

/** Of types whose elements share bytes, how many bits each takes. */
export const PACKED_BITS: ReadonlyMap<MilDataType, number> = new Map([
  ['uint4', 4],
  ['uint6', 6],
]);

/** MIL's number of float64, which stands there alone, too. */
export const FLOAT64 = 12;

/** `ImageFeatureType.ColorSpace`. */
export const COLOR_SPACES = { gray: 10, rgb: 20, bgr: 30 } as const;

/** A version of the format: what an ML Program of it is called, and the system that it needs. */
export interface Version {
  readonly specification: number;
  readonly opset: string;
  readonly deploymentTarget: DeploymentTarget;
}

/** The system that a program needs. */
export type DeploymentTarget = 'iOS15' | 'iOS16' | 'iOS17' | 'iOS18';

/** Lowest first; 6 is the first that knows ML Programs. */
export const VERSIONS: readonly Version[] = [
  { specification: 6, opset: 'CoreML5', deploymentTarget: 'iOS15' },
  { specification: 7, opset: 'CoreML6', deploymentTarget: 'iOS16' },
  { specification: 8, opset: 'CoreML7', deploymentTarget: 'iOS17' },
  { specification: 9, opset: 'CoreML8', deploymentTarget: 'iOS18' },
];

/** Where in a package its parts lie. */
export const PATHS = {
  manifest: 'Manifest.json',
  model: 'Data/com.apple.CoreML/model.mlmodel',
  weights: 'Data/com.apple.CoreML/weights/weight.bin',
  /** Of the first model of a pipeline: each has its number before the name. */
  weightsOfFirst: 'Data/com.apple.CoreML/weights/0-weight.bin',
} as const;

/** What a constant in weight.bin calls its file. */
export const BLOB_FILE_NAME = '@model_path/weights/weight.bin';
/** The same in the first model of a pipeline. */
export const BLOB_FILE_NAME_OF_FIRST = '@model_path/weights/0-weight.bin';

/** What MIL takes as the name of a value, a function or an argument. */
export const LEGAL_NAME = /^[A-Za-z_][A-Za-z0-9_@]*$/;
