import { Table } from '../flatbuffer/read.js';
import { Misfit, Operands, type Operation, type Option, type Options, operationsByCode } from '../operations/index.js';
import type { Endpoint, LitertProgram, ProgramOperator, ProgramTensor } from '../program.js';
import {
  IDENTIFIER,
  METADATA,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  SIGNATURE,
  SUBGRAPH,
  TENSOR_MAP,
  VERSION,
} from '../schema.js';
import { damaged, notKnown } from './damaged.js';
import { operatorName } from './operator-names.js';
import { readBuffers, readTensor } from './read-tensors.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The program of a file that anybody may have written. What engines let through is refused here: references that lead nowhere,
 * operators in no order or with other operands than they take, and sizes that do not follow from each other.
 */
export function readProgram(file: Uint8Array): LitertProgram {
  const model = Table.root(file, IDENTIFIER, damaged);
  const version = model.uint(MODEL.version);
  if (version !== VERSION) throw damaged(`its version is ${version ?? 'missing'}, not ${VERSION}`);
  const buffers = readBuffers(model.tables(MODEL.buffers), file);
  const operations = model.tables(MODEL.operatorCodes).map(readOperation);
  const [graph, ...others] = model.tables(MODEL.subgraphs);
  if (!graph) throw damaged('it has no graph');
  if (others.length > 0) throw notKnown(`a file of ${others.length + 1} graphs`);
  const tensors = graph.tables(SUBGRAPH.tensors).map((table, index) => readTensor(table, index, buffers));
  const inputs = pick(tensors, graph.ints(SUBGRAPH.inputs) ?? [], 'input');
  const made = new Set<ProgramTensor>(inputs);
  const operators = graph.tables(SUBGRAPH.operators).map((table, index) => {
    const operator = readOperator(table, index, operations, tensors);
    expectInOrder(operator, index, made);
    return inferred(operator, index);
  });
  const outputs = pick(tensors, graph.ints(SUBGRAPH.outputs) ?? [], 'output');
  expectEnds(inputs, outputs, operators);
  const signatures = model.tables(MODEL.signatures);
  return {
    operators,
    inputs: endpoints(inputs, tensors, signatures[0]?.tables(SIGNATURE.inputs), 'input'),
    outputs: endpoints(outputs, tensors, signatures[0]?.tables(SIGNATURE.outputs), 'output'),
    metadata: readMetadataEntries(model.tables(MODEL.metadata), buffers),
  };
}

function readOperation(table: Table): Operation {
  const [old = 0, code = 0] = [table.byte(OPERATOR_CODE.deprecatedBuiltinCode), table.int(OPERATOR_CODE.builtinCode)];
  const custom = table.string(OPERATOR_CODE.customCode);
  const number = Math.max(old, code);
  if (old !== number && code !== number) throw damaged(`an operator has the numbers ${old} and ${code}`);
  const operation = operationsByCode.get(number);
  if (!operation) throw notKnown(`the operator ${custom ?? operatorName(number)}`);
  return operation;
}

function readOperator(
  table: Table,
  index: number,
  operations: readonly Operation[],
  tensors: readonly ProgramTensor[],
): ProgramOperator {
  const operation = operations[table.uint(OPERATOR.code) ?? 0];
  if (!operation) throw damaged(`operator ${index} is of no kind that the file lists`);
  const inputs = (table.ints(OPERATOR.inputs) ?? []).map((at) => {
    if (at === -1) return undefined;
    return tensors[at] ?? refuseIndex(at, tensors, `operator ${index} reads`);
  });
  const outputs = pick(tensors, table.ints(OPERATOR.outputs) ?? [], `result of operator ${index}`);
  const [least, most] = operation.operands;
  if (inputs.length < least || inputs.length > most) {
    throw damaged(`${operation.name} at ${index} has ${inputs.length} operands`);
  }
  return { operation, inputs, outputs, options: readOptions(table, operation, index) };
}

function readOptions(table: Table, { name, optionsType, options }: Operation, index: number): Options {
  const type = table.ubyte(OPERATOR.optionsType) ?? 0;
  const names = Object.entries(options);
  if (names.length === 0) return {};
  if (type !== optionsType) throw damaged(`${name} at ${index} has the options of another operator, or none`);
  const given = table.table(OPERATOR.options);
  return Object.fromEntries(names.map(([key, option]) => [key, readOption(given, option)]));
}

function readOption(table: Table | undefined, { id, kind, absent }: Option): number | readonly number[] {
  switch (kind) {
    case 'ints':
      return table?.ints(id) ?? [];
    case 'float':
      return table?.float(id) ?? absent;
    case 'int':
      return table?.int(id) ?? absent;
    case 'bool':
      return table?.ubyte(id) ?? absent;
    case 'byte':
      return table?.byte(id) ?? absent;
  }
}

/** What an operator reads has been made before it, and nobody else makes what it does. */
function expectInOrder({ operation, inputs, outputs }: ProgramOperator, index: number, made: Set<ProgramTensor>): void {
  for (const tensor of inputs) {
    if (tensor && !made.has(tensor) && !isConstant(tensor)) {
      throw damaged(`${operation.name} at ${index} reads ${tensor.name}, which nothing has made before it`);
    }
  }
  for (const tensor of outputs) {
    if (made.has(tensor) || tensor.data) throw damaged(`${tensor.name} is made twice`);
    made.add(tensor);
  }
}

function isConstant({ data, shape }: ProgramTensor): boolean {
  return data !== undefined || shape.includes(0);
}

/** The operator with what follows of its results; what the file says of them has to agree. */
function inferred(operator: ProgramOperator, index: number): ProgramOperator {
  const { operation, inputs, outputs, options } = operator;
  try {
    const known = operation.infer(new Operands(inputs), options);
    if (!known) return operator;
    if (known.length !== outputs.length) throw new Misfit(`has ${outputs.length} results, not ${known.length}`);
    known.forEach(({ type, shape, ints }, i) => {
      const output = outputs[i];
      if (!output || output.type !== type || output.shape.join() !== shape.join()) {
        throw new Misfit(`gives ${type} [${shape}], and ${output?.name} is ${output?.type} [${output?.shape}]`);
      }
      if (ints) Object.assign(output, { ints });
    });
    return operator;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw damaged(`${operation.name} at ${index} ${error.message}`);
  }
}

function expectEnds(
  inputs: readonly ProgramTensor[],
  outputs: readonly ProgramTensor[],
  operators: readonly ProgramOperator[],
): void {
  const made = new Set(operators.flatMap((operator) => operator.outputs));
  for (const tensor of inputs) {
    if (tensor.data || made.has(tensor)) throw damaged(`the input ${tensor.name} is computed, or a constant`);
  }
  for (const tensor of outputs) {
    if (!made.has(tensor) && !tensor.data) throw damaged(`nothing makes the output ${tensor.name}`);
  }
  if (new Set(inputs).size < inputs.length || new Set(outputs).size < outputs.length) {
    throw damaged('a tensor is an input or an output twice');
  }
}

/** Inputs or outputs in the order of the graph, under the names of the signature, or their own. */
function endpoints(
  ends: readonly ProgramTensor[],
  tensors: readonly ProgramTensor[],
  signature: readonly Table[] | undefined,
  role: string,
): Endpoint[] {
  const keys = new Map<ProgramTensor, string>();
  for (const entry of signature ?? []) {
    const at = entry.uint(TENSOR_MAP.tensor) ?? 0;
    const tensor = tensors[at] ?? refuseIndex(at, tensors, `the signature's ${role} is`);
    keys.set(tensor, entry.string(TENSOR_MAP.name) ?? tensor.name);
  }
  const isWhole = keys.size === ends.length && ends.every((tensor) => keys.has(tensor));
  if (signature && !isWhole) throw damaged(`its signature has other ${role}s than its graph`);
  const found = ends.map((tensor) => ({ key: keys.get(tensor) ?? tensor.name, tensor }));
  if (new Set(found.map(({ key }) => key)).size < found.length) throw damaged(`two of its ${role}s have one name`);
  return found;
}

function pick(tensors: readonly ProgramTensor[], indices: readonly number[], what: string): ProgramTensor[] {
  return indices.map((at) => tensors[at] ?? refuseIndex(at, tensors, `an ${what} is`));
}

function refuseIndex(at: number, tensors: readonly ProgramTensor[], what: string): never {
  throw damaged(`${what} tensor ${at} of ${tensors.length}`);
}

/** Every entry that is text. */
function readMetadataEntries(
  entries: readonly Table[],
  buffers: readonly (Uint8Array | undefined)[],
): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    const at = entry.uint(METADATA.buffer) ?? 0;
    if (at >= buffers.length) throw damaged(`an entry of its metadata lies in buffer ${at} of ${buffers.length}`);
    try {
      found.set(entry.string(METADATA.name) ?? '', decoder.decode(buffers[at] ?? new Uint8Array()).replace(/\0+$/, ''));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return found;
}
