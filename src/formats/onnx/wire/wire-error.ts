import { InputError } from '../../../model/index.js';

/** The bytes are no well-formed protobuf, or not of ONNX's schema. */
export class WireError extends InputError {
  readonly at: number;

  constructor(what: string, at: number, todo: string) {
    super({ what: `${what} at byte ${at}`, todo });
    this.at = at;
  }
}

export function wireError(what: string, at: number, todo = 'export or download the model again'): WireError {
  return new WireError(what, at, todo);
}
