/** How engines say that they do not know an operator, each with its name. */
const SENTENCES = [
  // ONNX Runtime.
  /(\S+?)\(-?\d+\) is not a registered function\/op/,
  /No Op registered for (\S+) with domain_version/,
  /Could not find an implementation for (\S+?)\(\d+\) node/,
  // TensorFlow.js.
  /Unknown op '([^']+)'/,
  /Kernel '([^']+)' not registered for backend/,
  // LiteRT.
  /Encountered unresolved custom op: ([^\s.]+)/,
  /Didn't find op for builtin opcode '([^']+)'/,
];

/** The operator that an engine does not know, where that is why it refuses a model: nothing is known of what it does. */
export function unknownOperator(message: string): string | undefined {
  for (const sentence of SENTENCES) {
    const [, name] = sentence.exec(message) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}
