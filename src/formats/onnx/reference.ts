import onnxProto from 'onnx-proto';
import type { DataType } from '../../model/index.js';
import type { BatchNormMode } from '../../operators/batch-norm-mode.js';
import type { ArtefactNode, Piece } from '../format.js';
import type { ExternalData } from './external-data.js';
import { setInferenceMode } from './reference/inference-mode.js';
import { openInputs } from './reference/open-inputs.js';
import { addOutputs, reRoot } from './reference/outputs.js';
import { nodesOf, takePiece } from './reference/piece.js';
import { widen } from './reference/widen.js';

/** A value of the source to be given back; its type has to be said, since ONNX Runtime asks for it. */
export interface ReferenceOutput {
  readonly name: string;
  readonly dtype: DataType;
}

/** What has to be changed in a source before it can be the reference that artefacts are compared with. */
export interface ReferenceEdits {
  /** Files of a newer IR version say this one, since engines refuse a number that they do not know. */
  readonly lastIrVersion?: number | undefined;
  /**
   * Batch norms and dropouts leave training mode, but for batch norms that never had running statistics; who reads the
   * statistics of those that leave it reads the running ones.
   */
  readonly inferenceMode?: boolean | undefined;
  /** With `inferenceMode`: what batch norms in training mode mean that have running statistics, or start values of them. */
  readonly batchNorm?: BatchNormMode | undefined;
  /** Axes of inputs, by name, whose sizes are fixed in the file and are to vary. */
  readonly open?: ReadonlyMap<string, readonly number[]> | undefined;
  /** These become the outputs; nodes and inputs that nothing needs any more go. */
  readonly outputs?: readonly ReferenceOutput[] | undefined;
  /** These become outputs too. */
  readonly alsoOutputs?: readonly ReferenceOutput[] | undefined;
  /** Only this part is left, for who looks into it. */
  readonly piece?: Piece | undefined;
  /** float16 becomes float32, exactly: constants, types of inputs, outputs and inner values, and casts. */
  readonly widen?: boolean | undefined;
  /** Where constants beside the file come from. */
  readonly externalData?: ExternalData | undefined;
}

/**
 * The source as it has to run in the check. Its decoded protobuf is edited and encoded again with onnx-proto: nothing here
 * passes through our own reader, graph or writer, whose defects would cancel.
 * @param bytes an ONNX file that `readOnnx` has accepted; the decoder used here checks nothing
 * @returns `bytes` themselves where nothing had to be changed
 */
export function editReference(bytes: Uint8Array, edits: ReferenceEdits): Uint8Array {
  const {
    lastIrVersion,
    inferenceMode,
    batchNorm,
    open,
    outputs,
    alsoOutputs = [],
    piece,
    widen: isWidened,
    externalData,
  } = edits;
  const isRead = outputs === undefined && alsoOutputs.length === 0 && !piece;
  const isKept = lastIrVersion === undefined && !inferenceMode && !open?.size && isRead && !isWidened;
  if (isKept) return bytes;
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(bytes);
  let changes = 0;
  if (lastIrVersion !== undefined && Number(model.irVersion) > lastIrVersion) {
    model.irVersion = lastIrVersion;
    changes++;
  }
  if (inferenceMode) changes += setInferenceMode(model, { batchNorm, externalData });
  if (open) changes += openInputs(model, open);
  if (outputs) changes += reRoot(model, outputs);
  changes += addOutputs(model, alsoOutputs);
  if (piece) changes += takePiece(model, piece);
  if (isWidened) changes += widen(model, externalData);
  return changes > 0 ? ModelProto.encode(model).finish() : bytes;
}

/** The nodes of a source as its file has them. @param bytes an ONNX file that `readOnnx` has accepted */
export function nodesOfReference(bytes: Uint8Array): ArtefactNode[] {
  return nodesOf(onnxProto.onnx.ModelProto.decode(bytes));
}
