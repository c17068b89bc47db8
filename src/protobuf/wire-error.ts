import { InputError } from '../model/index.js';

/** The bytes are no well-formed protobuf, or not of the schema. */
export class WireError extends InputError {
  constructor(what: string, at: number) {
    super({ what: `${what} at byte ${at}`, todo: 'export or download the model again' });
  }
}
