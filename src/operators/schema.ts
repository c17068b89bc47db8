import { SCHEMAS } from './schemas.js';

/** What a node of an operator may look like, whatever the operator set: no valid node is outside, some invalid ones are inside. */
export interface Signature {
  /** Operands from the first on that must be there. */
  readonly required: number;
  readonly mostInputs: number;
  readonly mostOutputs: number;
  readonly attributes: ReadonlySet<string>;
}

/** `unknown`: no operator set has it. */
export type Existence = 'yes' | 'unknown' | 'too new' | 'removed';

let schemas: ReadonlyMap<string, string> | undefined;
/** Of the operators that were asked for: a network has few of them. */
const known = new Map<string, Signature>();

/** Of one of ONNX's own operators; undefined where there is none of this name. */
export function signatureOf(operator: string): Signature | undefined {
  const signature = known.get(operator);
  if (signature) return signature;
  const schema = schemaOf(operator);
  if (schema === undefined) return undefined;
  const made = signatureIn(schema);
  known.set(operator, made);
  return made;
}

/** Whether ONNX's own operator set `opset` has an operator of this name. */
export function existsAt(name: string, opset: number): Existence {
  const lifetime = schemaOf(name)?.split(' ', 2)[1];
  if (lifetime === undefined) return 'unknown';
  const [first = 0, removed, back] = lifetime.split('-').map(Number);
  if (opset < first) return 'too new';
  const isOut = removed !== undefined && opset >= removed && (back === undefined || opset < back);
  return isOut ? 'removed' : 'yes';
}

function schemaOf(operator: string): string | undefined {
  schemas ??= new Map(
    SCHEMAS.trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line]),
  );
  return schemas.get(operator);
}

function signatureIn(schema: string): Signature {
  const [, , required, inputs = '', outputs = '', ...attributes] = schema.split(' ');
  const most = (text: string) => (text === '*' ? Number.POSITIVE_INFINITY : Number(text));
  return {
    required: Number(required),
    mostInputs: most(inputs),
    mostOutputs: most(outputs),
    attributes: new Set(attributes),
  };
}
