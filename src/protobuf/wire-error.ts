import { InputError } from '../model/index.js';

/** The bytes are no well-formed protobuf, or not of the schema. */
export class WireError extends InputError {}

/** @param at the byte that is wrong */
export function wireError(what: string, at: number): WireError {
  return new WireError({ what: `${what} at byte ${at}`, todo: 'export or download the model again' });
}
