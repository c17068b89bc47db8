import { SIGNATURES } from './signatures.js';

/** What a node of an operator may look like, whatever the operator set: no valid node is outside, some invalid ones are inside. */
export interface Signature {
  /** Operands from the first on that must be there. */
  readonly required: number;
  readonly mostInputs: number;
  readonly mostOutputs: number;
  readonly attributes: ReadonlySet<string>;
}

let lines: ReadonlyMap<string, string> | undefined;
/** Of the operators that were asked for: a network has few of them. */
const known = new Map<string, Signature>();

/** Of one of ONNX's own operators; undefined where there is none of this name. */
export function signatureOf(operator: string): Signature | undefined {
  const signature = known.get(operator);
  if (signature) return signature;
  lines ??= new Map(
    SIGNATURES.trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line]),
  );
  const line = lines.get(operator);
  if (line === undefined) return undefined;
  const made = parsed(line);
  known.set(operator, made);
  return made;
}

function parsed(line: string): Signature {
  const [, required, inputs = '', outputs = '', ...attributes] = line.split(' ');
  const most = (text: string) => (text === '*' ? Number.POSITIVE_INFINITY : Number(text));
  return {
    required: Number(required),
    mostInputs: most(inputs),
    mostOutputs: most(outputs),
    attributes: new Set(attributes),
  };
}
