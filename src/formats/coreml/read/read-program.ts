import {
  bytesOf,
  type Dimension,
  float16ToNumber,
  formatShape,
  type Graph,
  sizeOf,
  Tensor,
  type Value,
} from '../../../model/index.js';
import { inferTypes } from '../../../operators/infer.js';
import type { ArtefactOperation } from '../../format.js';
import type { Constant, FixedType, MilType } from '../program/program.js';
import type { Message } from '../program/schema.js';
import type { BlobReader } from './blob-reader.js';
import { type ReadClassifier, readClassifier } from './classifier.js';
import { COMPRESSED, type Compression, readCompressed, roundedTo } from './compressed-constants.js';
import { expandOperands, hasOperandForm } from './compressed-operands.js';
import { damaged, notKnown } from './damaged.js';
import { OnnxBuilder } from './onnx-builder.js';
import type { Operand } from './operand.js';
import { OperationReader } from './operation-reader.js';
import { readConstant, readName, readOpenType, readType } from './read-values.js';
import { recordedOperation } from './recorded-operation.js';
import { readRows } from './rows/index.js';

/** More operations than any network has; a file may claim anything. */
const MOST_OPERATIONS = 1_000_000;

/** The version of iOS 17, from which on a float scalar of an operation may be of another float type than its operands. */
const MIXES_FLOATS = 8;

/** Operations that only choose and move elements: what goes in as fp16 comes out as fp16, and rounding again is idle. */
const EXACT: ReadonlySet<string> = new Set([
  ...[
    'reshape',
    'flatten2d',
    'expand_dims',
    'squeeze',
    'transpose',
    'tile',
    'concat',
    'stack',
    'split',
    'slice_by_index',
  ],
  ...[
    'slice_by_size',
    'reverse',
    'crop',
    'pad',
    'fill',
    'identity',
    'depth_to_space',
    'space_to_depth',
    'pixel_shuffle',
  ],
  ...[
    'gather',
    'gather_along_axis',
    'topk',
    'select',
    'relu',
    'relu6',
    'clip',
    'maximum',
    'minimum',
    'max_pool',
    'abs',
  ],
  ...['reduce_max', 'reduce_min', 'resize_nearest_neighbor', 'upsample_nearest_neighbor'],
]);

/** Reads the operations of a block, in order, into a graph. Names are bound once, before they are read. */
export class ProgramReader {
  readonly #to: OnnxBuilder;
  readonly #blobs: BlobReader | undefined;
  readonly #mixesFloats: boolean;
  readonly #operands = new Map<string, Operand>();
  /** As they stand in the file, constants aside. */
  readonly operations: ArtefactOperation[] = [];
  readonly #declared: { readonly value: Value; readonly type: MilType; readonly name: string }[] = [];
  classifier: ReadClassifier | undefined;
  /** In what, and how many, elements of floating-point constants are held. */
  readonly held: (readonly ['fp16' | 'fp32', number])[] = [];
  /** How, and how many, elements of constants are stored in few steps. */
  readonly compressed: (readonly [Compression, number])[] = [];

  /** @param specification version of the format */
  constructor(graph: Graph, blobs: BlobReader | undefined, specification: number) {
    this.#mixesFloats = specification >= MIXES_FLOATS;
    this.#to = new OnnxBuilder(graph);
    this.#blobs = blobs;
  }

  /** An input of the function, which becomes one of the graph. */
  addInput(message: Message<'NamedValueType'>): MilType {
    const name = readName(message.name, 'an input');
    const type = readOpenType(message.type, name, () => this.#freshSymbol());
    if (type.dtype === 'bool' || type.dtype === 'string') throw damaged(`an input is ${type.dtype}`, name);
    const input = this.#to.graph.addInput(name, type.dtype === 'int32' ? 'int32' : 'float32', type.shape);
    let read: Value | undefined;
    const value = () => {
      read ??= type.dtype === 'fp16' ? this.#to.rounded(input) : input;
      return read;
    };
    this.#bind({ name, type, constant: undefined, value });
    return type;
  }

  /** What stands for a size that the program leaves open. */
  #freshSymbol(): string {
    return this.#to.graph.model.freshSymbol();
  }

  readOperations(operations: readonly Message<'Operation'>[]): void {
    if (operations.length > MOST_OPERATIONS) throw damaged(`it has ${operations.length} operations, over the limit`);
    const { model } = this.#to.graph;
    // The program's names are its own: no node that a row makes may be called like a value that comes later.
    for (const { outputs } of operations) for (const { name } of outputs) model.takeName(name ?? '');
    for (const operation of operations) {
      if (this.classifier) throw damaged('an operation follows classify');
      if (operation.blocks.length > 0) throw notKnown('control flow', readName(operation.outputs[0]?.name, 'a result'));
      if (operation.type === 'const') this.#readConst(operation);
      else if (COMPRESSED.has(operation.type ?? '') || hasOperandForm(operation.type ?? ''))
        this.#readCompressed(operation);
      else if (operation.type === 'classify') this.#readClassifier(operation);
      else this.#readOperation(operation);
    }
  }

  #readClassifier(operation: Message<'Operation'>): void {
    const classifier = readClassifier(operation, (name) => this.operandOf(name));
    const { probabilities, labelName, probabilitiesName } = classifier;
    const args = new Map([['probabilities', [probabilities]]]);
    this.operations.push(recordedOperation('classify', args, [labelName, probabilitiesName]));
    this.classifier = classifier;
  }

  /** Whether any operation computes in float16. */
  get computesInHalf(): boolean {
    return this.#declared.some(({ type }) => type.dtype === 'fp16');
  }

  /** What operations make, in their order. */
  get values(): string[] {
    return this.#declared.map(({ name }) => name);
  }

  /** Infers what each operation gives and holds the declared types against it. @throws InputError where they differ */
  checkTypes(): void {
    inferTypes(this.#to.graph);
    for (const { value, type, name } of this.#declared) {
      const dtype = kindOf(value, type);
      if (!value.shape || !dtype) throw damaged('its type cannot be known', name);
      expectType(type, { dtype, shape: value.shape }, name);
    }
  }

  /** @throws InputError where nothing of that name was made before */
  operandOf(name: string): Operand {
    const operand = this.#operands.get(name);
    if (!operand) throw damaged(`${name} is read before anything makes it`);
    return operand;
  }

  #bind(operand: Operand): void {
    if (this.#operands.has(operand.name)) throw damaged(`${operand.name} is made twice`);
    this.#operands.set(operand.name, operand);
  }

  #readConst({ inputs, outputs, attributes }: Message<'Operation'>): void {
    const [output, ...more] = outputs;
    const name = readName(output?.name, 'a const');
    const value = attributes.get('val');
    expectAttributes(attributes, ['name', 'val'], name);
    if (!value || more.length > 0 || inputs.size > 0)
      throw damaged('a const has a value, no inputs and one output', name);
    const constant = readConstant(value, this.#blobs, name);
    expectType(readType(output?.type, name), constant, name);
    const { dtype, shape } = constant;
    if (dtype === 'fp16' || dtype === 'fp32') this.held.push([dtype, sizeOf(shape)]);
    this.#bind(this.#constantOperand(name, constant));
  }

  #readCompressed({ type = '', inputs, outputs, attributes }: Message<'Operation'>): void {
    const [output] = outputs;
    const name = readName(output?.name, `a result of ${type}`);
    const { how, attributes: known = [] } = COMPRESSED.get(type) ?? {};
    // The form of iOS 18 has operands in their place.
    if (inputs.size > 0) {
      this.#readExpanded(type, inputs, readType(output?.type, name), name);
      return;
    }
    if (known.length === 0 || !known.every((key) => attributes.has(key))) throw notKnown(`this form of ${type}`, name);
    expectAttributes(attributes, ['name', ...known], name);
    const { constant, stored } = readCompressed(type, attributes, readType(output?.type, name), this.#blobs, name);
    if (how) this.compressed.push([how, sizeOf(constant.shape)]);
    this.#bind({ ...this.#constantOperand(name, constant), stored });
  }

  #readExpanded(operation: string, inputs: Message<'Operation'>['inputs'], type: FixedType, name: string): void {
    const { how, values, stored } = expandOperands(operation, { inputs, type, blobs: this.#blobs, where: name });
    const { dtype, shape } = type;
    if (how) this.compressed.push([how, sizeOf(shape)]);
    else if (dtype === 'fp16' || dtype === 'fp32') this.held.push([dtype, sizeOf(shape)]);
    this.#bind({ ...this.#constantOperand(name, roundedTo(type, values, name)), stored });
  }

  #constantOperand(name: string, constant: Constant): Operand {
    let made: Value | undefined;
    const value = (): Value => {
      made ??= this.#to.graph.addConstant(tensorOf(constant, name), name);
      return made;
    };
    return { name, type: { dtype: constant.dtype, shape: constant.shape }, constant, value };
  }

  #readOperation({ type = '', inputs, outputs, attributes }: Message<'Operation'>): void {
    const named = outputs.map(({ name, type: declared }) => {
      const legal = readName(name, `a result of ${type}`);
      return { name: legal, type: readOpenType(declared, legal, () => this.#freshSymbol()) };
    });
    const where = named[0]?.name ?? type;
    expectAttributes(attributes, ['name'], where);
    const row = readRows.get(type);
    if (!row) throw notKnown(`the operation ${type}`, where);
    const args = new Map<string, Operand[]>();
    for (const [key, argument] of inputs) {
      args.set(
        key,
        argument.arguments.map((binding, index) => this.#bound(binding, `${where}_${key}_${index}`)),
      );
    }
    const results = named.map(({ name }) => name);
    this.operations.push(recordedOperation(type, args, results, named[0]?.type.dtype));
    const operation = new OperationReader(type, where, args, this.#mixesFloats);
    const made = row(operation, this.#to);
    const values = 'name' in made ? [made] : made;
    operation.expectAllRead();
    if (values.length !== named.length) throw operation.invalid(`makes ${values.length} results, not ${named.length}`);
    named.forEach((output, index) => {
      const value = values[index];
      if (!value) return;
      const rounds = output.type.dtype === 'fp16' && !EXACT.has(type);
      const result = rounds ? this.#to.rounded(value) : value;
      result.name = output.name;
      expectFloat(operation, output.type, output.name);
      this.#declared.push({ ...output, value: result });
      this.#bind({ ...output, constant: undefined, value: () => result });
    });
  }

  #bound({ name, value }: Message<'Binding'>, where: string): Operand {
    if (name !== undefined) return this.operandOf(name);
    if (!value) throw damaged('an argument is bound to nothing', where);
    if (value.blobFileValue) throw damaged('an inline argument lies in weight.bin', where);
    return this.#constantOperand(where, readConstant(value, undefined, where));
  }
}

/** What a value computed is in MIL. Both float types are float32 in the graph; which it is was checked when it was read. */
function kindOf({ dtype }: Value, declared: MilType): MilType['dtype'] | undefined {
  if (dtype === 'float32') return declared.dtype === 'fp16' ? 'fp16' : 'fp32';
  return dtype === 'int32' || dtype === 'bool' ? dtype : undefined;
}

/** fp16 constants are float32 in the graph: every fp16 is one. */
function tensorOf({ dtype, shape, data }: Constant, name: string): Tensor {
  if (typeof data === 'string') throw damaged('a text stands where a tensor is due', name);
  if (dtype === 'fp16') return new Tensor('float32', shape, () => bytesOf(widened(data)));
  return Tensor.from(dtype === 'fp32' ? 'float32' : dtype === 'bool' ? 'bool' : 'int32', shape, data);
}

/** An operation on floats gives floats of its operands' type; `cast` alone gives another, the one it is asked for. */
function expectFloat(operation: OperationReader, { dtype }: MilType, where: string): void {
  if (dtype !== 'fp16' && dtype !== 'fp32') return;
  const computed = operation.type === 'cast' ? operation.text('dtype') : (operation.dtype ?? 'fp32');
  if (computed !== dtype) throw damaged(`it is declared ${dtype} and is ${computed}`, where);
}

function expectAttributes(attributes: ReadonlyMap<string, unknown>, known: readonly string[], where: string) {
  for (const key of attributes.keys()) {
    if (!known.includes(key)) throw damaged(`it has no attribute ${key}`, where);
  }
}

function widened(bits: ArrayLike<number>): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = float16ToNumber(bits[i] ?? 0);
  return values;
}

function expectType(declared: MilType, actual: MilType, where: string): void {
  // What one of the two leaves open can be neither right nor wrong here: the run shows it.
  const mayBe = (size: Dimension, axis: number) =>
    typeof size === 'string' || typeof actual.shape[axis] === 'string' || size === actual.shape[axis];
  const fits = declared.shape.length === actual.shape.length && declared.shape.every(mayBe);
  if (declared.dtype === actual.dtype && fits) return;
  const [said, is] = [formatShape(declared.shape), formatShape(actual.shape)];
  throw damaged(`it is declared ${declared.dtype} ${said} and is ${actual.dtype} ${is}`, where);
}
