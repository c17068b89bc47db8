import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { coreml } from '../../dist/formats/coreml/index.js';
import { readPackage } from '../../dist/formats/coreml/read/read-package.js';
import { InputError, Model, sizeOf, Tensor, UnsupportedError } from '../../dist/model/index.js';
import { inferTypes } from '../../dist/operators/infer.js';
import { sweepCases } from './sweep-cases.mjs';

/** Ranks that inputs of a Core ML model may have; other tensors get theirs inside of it. */
const [LEAST_RANK, HIGHEST_RANK] = [1, 5];

/**
 * Writes what the cases become for Python, a line of JSON for each program: the combinations of operator, rank and type that it
 * came from, as many become the same, and model and weights in base64. Every package that is written has to be one that is
 * read, too.
 * @returns how many cases were written, refused by name, and forbidden by the standard, and what failed in another way
 */
export function writeSweep(folder, wanted) {
  const found = { written: 0, refused: 0, invalid: 0, failures: [] };
  const programs = new Map();
  const packaged = new Set();
  for (const [index, given] of sweepCases().entries()) {
    const { operator, inputs } = given;
    if (!operator.includes(wanted)) continue;
    const name = nameOf(given, index);
    const files = filesOf(given, name, found);
    if (!files) continue;
    found.written++;
    const [model, weights] = ['model.mlmodel', 'weight.bin'].map((end) => inBase64(files, end));
    const key = `${model} ${weights}`;
    if (!programs.has(key)) programs.set(key, { name, model, weights, combinations: [] });
    const program = programs.get(key);
    program.combinations.push([operator, inputs[0].shape.length, inputs[0].dtype]);
    if (packaged.has(operator)) continue;
    // One whole package for each operator is opened as well.
    packaged.add(operator);
    program.package = writeFiles(files, join(folder, `sweep${index}.mlpackage`));
  }
  const lines = Array.from(programs.values(), (program) => `${JSON.stringify(program)}\n`);
  writeFileSync(join(folder, 'sweep.jsonl'), lines.join(''));
  return found;
}

function inBase64(files, end) {
  const path = [...files.keys()].find((candidate) => candidate.endsWith(end));
  return path ? Buffer.from(files.get(path)).toString('base64') : undefined;
}

const nameOf = ({ operator, inputs, attributes, opset }, index) =>
  `${operator} ${opset} (${inputs.map((input) => (input ? `${input.dtype}[${input.shape}]${input.data ? '=' : ''}` : '')).join(', ')}) ${JSON.stringify(attributes)} #${index}`;

/** undefined where the node is refused by name, or is none that the standard allows. */
function filesOf(given, name, found) {
  let model;
  try {
    model = modelOf(given);
    inferTypes(model.graph);
  } catch (error) {
    if (error instanceof InputError) found.invalid++;
    else found.failures.push(`${name}: ${error.message}`);
    return undefined;
  }
  try {
    const isHalf = given.inputs[0].dtype === 'float16';
    const { program } = coreml.lower(model, { precision: isHalf ? 'fp16' : 'fp32' });
    const files = new Map(
      Array.from(coreml.write(program, 'model', sha256).files, ([path, chunks]) => [
        path,
        new Uint8Array(Buffer.concat(chunks)),
      ]),
    );
    readPackage(files);
    return files;
  } catch (error) {
    if (error instanceof UnsupportedError) found.refused++;
    else if (error instanceof InputError && !error.stack.includes('/read/')) found.invalid++;
    else found.failures.push(`${name}: ${error.message}`);
    return undefined;
  }
}

function sha256(chunks) {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function writeFiles(files, target) {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
  return target;
}

function modelOf({ operator, opset, inputs, attributes, outputs }) {
  const model = new Model({ opsets: new Map([['', opset]]) });
  const { graph } = model;
  const node = (name, operands, more = {}) =>
    graph.insert({ operator: name, inputs: operands, outputs: 1, attributes: more, origin: [] });
  const shaped = (value, shape) => node('Reshape', [value, graph.addConstant(Tensor.ofShape(shape))]).output();
  const operands = inputs.map((input, index) => {
    if (!input) return undefined;
    const { dtype, shape, data } = input;
    if (data) return graph.addConstant(Tensor.from(dtype, shape, data));
    if (shape.length >= LEAST_RANK && shape.length <= HIGHEST_RANK) return graph.addInput(`x${index}`, dtype, shape);
    return shaped(graph.addInput(`x${index}`, dtype, [sizeOf(shape)]), shape);
  });
  const made = graph.insert({ operator, inputs: operands, outputs, attributes, origin: [] });
  inferTypes(graph);
  // Outputs of a model have at most 5 axes.
  graph.setOutputs(made.outputs.map((value) => (value.rank > HIGHEST_RANK ? shaped(value, [-1]) : value)));
  return model;
}
