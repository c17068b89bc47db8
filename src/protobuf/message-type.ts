import type { Field, Schema } from './schema.js';
import { FIXED32, FIXED64, LENGTH, VARINT } from './wire-reader.js';

/** A message of a schema, made ready for reading and writing. */
export interface MessageType {
  readonly name: string;
  /** In the order of their numbers. */
  readonly fields: readonly FieldType[];
  readonly byId: readonly (FieldType | undefined)[];
  readonly make: new (start: number, end: number) => Record<string, unknown>;
}

/** A field with all that decoding asks of it, worked out once. */
export interface FieldType extends Required<Field> {
  readonly name: string;
  /** As the format's own schema writes it. */
  readonly label: string;
  /** What marks it as seen in a message; 0 where it may stand again. */
  readonly bit: number;
  /** Wire type of one element. */
  readonly wireType: number;
  readonly isPayload: boolean;
  /** The type of its elements, or of the entries of a map. */
  readonly message: MessageType | undefined;
}

const WIRE_TYPES = new Map<string, number>([
  ['int', VARINT],
  ['int64', VARINT],
  ['bool', VARINT],
  ['payloadVarint', VARINT],
  ['float', FIXED32],
  ['double', FIXED64],
  ['payload32', FIXED32],
  ['payload64', FIXED64],
]);

/** What a list is that is not there. */
const EMPTY: Partial<Record<Field['form'], unknown>> = { repeated: Object.freeze([]), map: new Map() };

const NO_LIMITS = {
  maxBytes: Number.POSITIVE_INFINITY,
  share: Number.POSITIVE_INFINITY,
  maxRank: Number.POSITIVE_INFINITY,
  noted: false,
};

/** The messages of a schema by name, each with those inside it, made when first asked for. */
export class MessageTypes {
  readonly #schema: Schema;
  readonly #spell: (name: string) => string;
  readonly #made = new Map<string, MessageType>();

  /** @param spell how the format's own schema writes the name of a field */
  constructor(schema: Schema, spell: (name: string) => string) {
    this.#schema = schema;
    this.#spell = spell;
  }

  get(name: string): MessageType {
    return this.#made.get(name) ?? this.#make(name, this.#schema[name] ?? {});
  }

  #make(name: string, declared: Schema[string]): MessageType {
    const fields: FieldType[] = [];
    const byId: FieldType[] = [];
    const absent: Record<string, unknown> = {};
    const type: MessageType = { name, fields, byId, make: messageClass() };
    this.#made.set(name, type);
    let bit = 1;
    for (const [key, field] of Object.entries(declared)) {
      const made: FieldType = {
        ...NO_LIMITS,
        ...field,
        name: key,
        label: `${name}.${this.#spell(key)}`,
        bit: field.form === 'skipped' || field.form in EMPTY ? 0 : bit,
        wireType: WIRE_TYPES.get(field.type) ?? LENGTH,
        isPayload: field.type.startsWith('payload'),
        message: this.#messageOf(name, key, field),
      };
      fields.push(made);
      byId[field.id] = made;
      absent[key] = EMPTY[field.form];
      bit <<= 1;
    }
    Object.assign(type.make.prototype, absent);
    return type;
  }

  #messageOf(owner: string, key: string, { type, form }: Field): MessageType | undefined {
    // On the wire a map is a list of messages of a key and a value.
    if (form === 'map') {
      const entry = {
        key: { id: 1, type: 'string', form: 'optional' },
        value: { id: 2, type, form: 'optional' },
      } as const;
      return this.#make(`${owner}.${key}`, entry);
    }
    return Object.hasOwn(this.#schema, type) ? this.get(type) : undefined;
  }
}

/**
 * Messages inherit what the fields are that they do not have: to copy that into each would take most of the time. A class
 * for each kind has room in its objects for the fields that come.
 */
function messageClass(): MessageType['make'] {
  return class {
    [field: string]: unknown;

    // Not declared as fields: to define those costs several times as much as all else that reads a small message.
    constructor(start: number, end: number) {
      this.start = start;
      this.end = end;
    }
  };
}
