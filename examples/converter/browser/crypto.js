/** `node:crypto`, as far as a conversion in memory uses it. */
import { sha256 } from '@noble/hashes/sha2.js';

export function createHash() {
  return new Hash(sha256.create());
}

class Hash {
  #state;

  constructor(state) {
    this.#state = state;
  }

  update(bytes) {
    this.#state.update(bytes);
    return this;
  }

  copy() {
    return new Hash(this.#state.clone());
  }

  digest() {
    return Array.from(this.#state.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
