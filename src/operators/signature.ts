import { SIGNATURES } from './signatures.js';

/** What a node of an operator may look like, whatever the operator set: no valid node is outside, some invalid ones are inside. */
export interface Signature {
  /** Operands from the first on that must be there. */
  readonly required: number;
  readonly mostInputs: number;
  readonly mostOutputs: number;
  readonly attributes: ReadonlySet<string>;
}

let signatures: ReadonlyMap<string, Signature> | undefined;

/** Of one of ONNX's own operators; undefined where there is none of this name. */
export function signatureOf(operator: string): Signature | undefined {
  signatures ??= new Map(SIGNATURES.trim().split('\n').map(parsed));
  return signatures.get(operator);
}

function parsed(line: string): [string, Signature] {
  const [name = '', required = '', inputs = '', outputs = '', ...attributes] = line.split(' ');
  const most = (text: string) => (text === '*' ? Number.POSITIVE_INFINITY : Number(text));
  return [
    name,
    {
      required: Number(required),
      mostInputs: most(inputs),
      mostOutputs: most(outputs),
      attributes: new Set(attributes),
    },
  ];
}
