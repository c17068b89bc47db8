export { Codec } from './codec.js';
export { type Message, type MessageParts, map, oneof, optional, repeated, singular, skipped } from './schema.js';
export { WireError } from './wire-error.js';
