import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreml } from '../../dist/formats/coreml/index.js';
import { Model, Tensor, UnsupportedError } from '../../dist/model/index.js';
import { inferTypes } from '../../dist/operators/infer.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const FILES = ['computed-cases.jsonl', 'movement-cases.jsonl'];
const NEWEST_OPSET = 26;
const FLOATS = ['float32', 'float16'];

/** ONNX's own node tests, with the answers that they tell: the first operand flows in, the others are constants. */
export async function operatorJobs(folder, wanted) {
  const jobs = [];
  for (const file of FILES) {
    for (const line of readFileSync(join(root, 'test', 'operators', file), 'utf8')
      .trimEnd()
      .split('\n')) {
      const given = JSON.parse(line);
      if (!given.name.includes(wanted) || given.opset > NEWEST_OPSET) continue;
      const job = operatorJob(folder, given, `operator${jobs.length}`);
      if (job) jobs.push(job);
    }
  }
  return jobs;
}

/** undefined where the case cannot be asked of Core ML, or is refused by name. */
function operatorJob(folder, given, base) {
  const [first] = given.inputs;
  const isNumber = first && (FLOATS.includes(first.dtype) || ['int32', 'int64', 'bool'].includes(first.dtype));
  if (!isNumber || given.outputs.some(({ data }) => data === undefined)) return undefined;
  const feed = Array.from(tensorOf(first).toFloat64());
  // Integers are 32 bits wide in Core ML; a bound that a Clip leaves out bounds infinity in ONNX and nothing here.
  if (!FLOATS.includes(first.dtype) && feed.some((value) => Math.abs(value) > 2 ** 31)) return undefined;
  if (given.operator === 'Clip' && feed.some((value) => !Number.isFinite(value))) return undefined;
  // The sign of NaN is nowhere said, and engines differ.
  if (given.operator === 'Sign' && feed.some(Number.isNaN)) return undefined;
  const isHalf = [...given.inputs, ...given.outputs].some((tensor) => tensor?.dtype === 'float16');
  const model = modelOf(given);
  let lowered;
  try {
    inferTypes(model.graph);
    lowered = coreml.lower(model, { precision: isHalf ? 'fp16' : 'fp32' });
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
  const target = join(folder, `${base}.mlpackage`);
  const artefact = coreml.write(lowered.program, base, (chunks) => {
    const hash = createHash('sha256');
    for (const chunk of chunks) hash.update(chunk);
    return hash.digest('hex');
  });
  const { outputs } = coreml.open(artefact);
  for (const [path, chunks] of artefact.files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), Buffer.concat(chunks));
  }
  return {
    name: `${given.name} (${given.source}, opset ${given.opset})`,
    package: target,
    input: { shape: first.shape, data: feed.map(written) },
    rows: null,
    answers: Object.fromEntries(
      given.outputs.map((output, index) => [
        outputs[index].name,
        { shape: output.shape, data: Array.from(tensorOf(output).toFloat64(), written) },
      ]),
    ),
    tolerance: isHalf ? 2e-3 : 1e-5,
  };
}

/** JSON has no NaN, no infinity and no negative zero; Python reads their names. */
function written(value) {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value).replace('Infinity', 'inf');
}

function modelOf({ operator, opset, attributes, inputs, outputs }) {
  const model = new Model({ opsets: new Map([['', opset]]) });
  const { graph } = model;
  const operands = inputs.map((text, index) => {
    if (!text) return undefined;
    return index === 0 ? graph.addInput('x', text.dtype, text.shape) : graph.addConstant(tensorOf(text));
  });
  const made = new Map(Object.entries(attributes).map(([name, text]) => [name, attributeOf(text)]));
  const node = graph.insert({ operator, inputs: operands, outputs: outputs.length, attributes: made, origin: [] });
  graph.setOutputs(node.outputs);
  return model;
}

function tensorOf({ dtype, shape, data }) {
  return new Tensor(dtype, shape, new Uint8Array(Buffer.from(data, 'base64')));
}

function attributeOf(text) {
  if (text.kind === 'int') return { kind: 'int', value: Number(text.value) };
  if (text.kind === 'ints') return { kind: 'ints', value: text.value.map(Number) };
  if (text.kind === 'string') return { kind: 'string', value: new TextEncoder().encode(text.value) };
  if (text.kind === 'tensor') return { kind: 'tensor', value: tensorOf(text.value) };
  return text;
}
