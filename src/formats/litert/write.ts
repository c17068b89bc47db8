import { countBytes } from '../../model/index.js';
import {
  data,
  type Field,
  number,
  numbers,
  place,
  string,
  table,
  tables,
  writeFlatBuffer,
} from './flatbuffer/write.js';
import { LABELS_FILE, linesOf, toolMetadata } from './metadata.js';
import type { Operation } from './operations/index.js';
import type { Data, Endpoint, LitertProgram, ProgramOperator, ProgramTensor } from './program.js';
import {
  BUFFER,
  IDENTIFIER,
  METADATA,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  QUANTIZATION,
  SIGNATURE,
  SUBGRAPH,
  TENSOR,
  TENSOR_MAP,
  TYPE_CODES,
  VERSION,
} from './schema.js';
import { storedZip } from './stored-zip.js';

/** What offsets of 32 bits reach: where constants take more, they stand behind all that offsets point at. */
const LARGEST_FLATBUFFER = 2 ** 31 - 1;
/** What old readers know of an operator's number. */
const LARGEST_OLD_CODE = 127;
const TOOL_METADATA = 'TFLITE_METADATA';
const encoder = new TextEncoder();

/** The file, with constants as they are: none of them is copied. */
export function writeProgram(program: LitertProgram, largest = LARGEST_FLATBUFFER): readonly Uint8Array[] {
  const chunks = writeFlatBuffer(IDENTIFIER, new Layout(program, largest).model());
  const text = program.labels && linesOf(program.labels);
  return text ? [...chunks, ...storedZip(LABELS_FILE, encoder.encode(text), countBytes(chunks))] : chunks;
}

/** Gives everything in a program the number by which others refer to it. */
class Layout {
  readonly #program: LitertProgram;
  readonly #isLarge: boolean;
  readonly #tensors: ProgramTensor[];
  readonly #numbers: ReadonlyMap<ProgramTensor, number>;
  readonly #operations: readonly Operation[];
  /** The first stands for none. */
  readonly #buffers: (readonly Field[])[] = [[]];

  constructor(program: LitertProgram, largest: number) {
    const { operators, inputs, outputs } = program;
    this.#program = program;
    const inner = operators.flatMap((operator) => [...operator.inputs, ...operator.outputs]);
    const all = [...inputs.map(({ tensor }) => tensor), ...inner, ...outputs.map(({ tensor }) => tensor)];
    this.#tensors = [...new Set(all)].filter((tensor) => tensor !== undefined);
    this.#numbers = new Map(this.#tensors.map((tensor, index) => [tensor, index]));
    this.#operations = [...new Set(operators.map(({ operation }) => operation))];
    this.#isLarge = this.#tensors.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0) > largest;
  }

  model(): Field[] {
    const { metadata, inputs, outputs, operators } = this.#program;
    const graph = [
      tables(
        SUBGRAPH.tensors,
        this.#tensors.map((tensor) => this.#tensor(tensor)),
      ),
      numbers(
        SUBGRAPH.inputs,
        'int',
        inputs.map(({ tensor }) => this.#numberOf(tensor)),
      ),
      numbers(
        SUBGRAPH.outputs,
        'int',
        outputs.map(({ tensor }) => this.#numberOf(tensor)),
      ),
      tables(
        SUBGRAPH.operators,
        operators.map((operator) => this.#operator(operator)),
      ),
      string(SUBGRAPH.name, 'main'),
    ];
    const signature = [
      tables(
        SIGNATURE.inputs,
        inputs.map((each) => this.#endpoint(each)),
      ),
      tables(
        SIGNATURE.outputs,
        outputs.map((each) => this.#endpoint(each)),
      ),
      string(SIGNATURE.key, 'serving_default'),
    ];
    const entries = Array.from(metadata, ([name, text]) => this.#metadata(name, encoder.encode(text)));
    const ofTools = toolMetadata(this.#program);
    return [
      number(MODEL.version, 'uint', VERSION),
      tables(MODEL.operatorCodes, this.#operations.map(code)),
      tables(MODEL.subgraphs, [graph]),
      string(MODEL.description, 'mobileone'),
      tables(MODEL.metadata, ofTools ? [...entries, this.#metadata(TOOL_METADATA, ofTools)] : entries),
      tables(MODEL.signatures, [signature]),
      tables(MODEL.buffers, this.#buffers),
    ];
  }

  #tensor({ name, type, shape, signature, data: constant, quantization }: ProgramTensor): Field[] {
    return [
      numbers(TENSOR.shape, 'int', shape),
      number(TENSOR.type, 'byte', TYPE_CODES.get(type) ?? 0),
      number(TENSOR.buffer, 'uint', constant ? this.#buffer(constant) : 0),
      string(TENSOR.name, name),
      ...(signature ? [numbers(TENSOR.shapeSignature, 'int', signature)] : []),
      ...(quantization
        ? [
            table(TENSOR.quantization, [
              numbers(QUANTIZATION.scale, 'float', quantization.scale),
              numbers(QUANTIZATION.zeroPoint, 'long', quantization.zeroPoint),
              number(QUANTIZATION.axis, 'int', quantization.axis),
            ]),
          ]
        : []),
    ];
  }

  #operator({ operation, inputs, outputs, options }: ProgramOperator): Field[] {
    const given = Object.entries(operation.options).flatMap(([name, { id, kind }]): Field[] => {
      const value = options[name] ?? 0;
      if (kind === 'ints') return typeof value === 'number' || value.length === 0 ? [] : [numbers(id, 'int', value)];
      return typeof value === 'number' ? [number(id, kind, value)] : [];
    });
    return [
      number(OPERATOR.code, 'uint', this.#operations.indexOf(operation)),
      numbers(
        OPERATOR.inputs,
        'int',
        inputs.map((tensor) => (tensor ? this.#numberOf(tensor) : -1)),
      ),
      numbers(
        OPERATOR.outputs,
        'int',
        outputs.map((tensor) => this.#numberOf(tensor)),
      ),
      ...(operation.optionsType > 0
        ? [number(OPERATOR.optionsType, 'ubyte', operation.optionsType), table(OPERATOR.options, given)]
        : []),
    ];
  }

  #endpoint({ key, tensor }: Endpoint): Field[] {
    return [string(TENSOR_MAP.name, key), number(TENSOR_MAP.tensor, 'uint', this.#numberOf(tensor))];
  }

  #metadata(name: string, bytes: Uint8Array): Field[] {
    this.#buffers.push([data(BUFFER.data, { byteLength: bytes.length, bytes: () => bytes })]);
    return [string(METADATA.name, name), number(METADATA.buffer, 'uint', this.#buffers.length - 1)];
  }

  #buffer(constant: Data): number {
    const inside = [data(BUFFER.data, constant)];
    const behind = [place(BUFFER.offset, constant), number(BUFFER.size, 'ulong', constant.byteLength)];
    this.#buffers.push(this.#isLarge && constant.byteLength > 0 ? behind : inside);
    return this.#buffers.length - 1;
  }

  #numberOf(tensor: ProgramTensor): number {
    const found = this.#numbers.get(tensor);
    if (found === undefined) throw new Error(`${tensor.name} is not in the program`);
    return found;
  }
}

/** Both numbers of an operator, of which readers take the larger. */
function code({ code, version }: Operation): Field[] {
  return [
    number(OPERATOR_CODE.deprecatedBuiltinCode, 'byte', Math.min(code, LARGEST_OLD_CODE)),
    number(OPERATOR_CODE.version, 'int', version),
    number(OPERATOR_CODE.builtinCode, 'int', code),
  ];
}
