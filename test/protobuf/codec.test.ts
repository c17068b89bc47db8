import { describe, expect, test } from 'vitest';
import { coremlCodec, type MessageName, type MessageParts } from '../../src/formats/coreml/program/schema.js';
import { asOneChunk, InputError } from '../../src/model/index.js';

const encodeMessage = <N extends MessageName>(name: N, message: MessageParts<N>) =>
  asOneChunk(coremlCodec.encode(name, message));

/** y = relu(x) of float32 [1,4], as coremltools' own protobuf classes write it. */
const RELU = Buffer.from(
  `080612220a0f0a01781a0a2a080a02010410a08004520f0a01791a0a2a080a02010410a08004b21f850108011280010a046d61696e12780a17
   0a017812120a10080b10021a040a0208011a040a0208041207436f72654d4c351a540a07436f72654d4c3512491201791a440a0472656c7512
   0a0a017812050a030a01781a170a017912120a10080b10021a040a0208011a040a0208042a170a046e616d65120f12040a0208021a070a0522
   030a0179`.replace(/\s/g, ''),
  'hex',
);

const type = (dataType: number, sizes: readonly number[] = []): MessageParts<'ValueType'> => ({
  tensorType: { dataType, rank: sizes.length, dimensions: sizes.map((size) => ({ constant: { size } })) },
});

const feature = (name: string): MessageParts<'FeatureDescription'> => ({
  name,
  type: { multiArrayType: { shape: [1, 4], dataType: 65568 } },
});

const relu: MessageParts<'Model'> = {
  specificationVersion: 6,
  description: { input: [feature('x')], output: [feature('y')] },
  mlProgram: {
    version: 1,
    functions: new Map([
      [
        'main',
        {
          inputs: [{ name: 'x', type: type(11, [1, 4]) }],
          opset: 'CoreML5',
          blockSpecializations: new Map([
            [
              'CoreML5',
              {
                outputs: ['y'],
                operations: [
                  {
                    type: 'relu',
                    inputs: new Map([['x', { arguments: [{ name: 'x' }] }]]),
                    outputs: [{ name: 'y', type: type(11, [1, 4]) }],
                    attributes: new Map([
                      ['name', { type: type(2), immediateValue: { tensor: { strings: { values: ['y'] } } } }],
                    ]),
                  },
                ],
              },
            ],
          ]),
        },
      ],
    ]),
  },
};

test('a model is the bytes that coremltools writes for it', () => {
  expect(Buffer.from(encodeMessage('Model', relu)).toString('hex')).toBe(RELU.toString('hex'));
});

test('and is read from them again', () => {
  expect(encodeMessage('Model', coremlCodec.decode('Model', RELU))).toEqual(new Uint8Array(RELU));
});

test('integers come back whatever their sign and size', () => {
  for (const value of [
    0,
    1,
    127,
    128,
    300,
    2 ** 31,
    2 ** 49,
    Number.MAX_SAFE_INTEGER,
    -1,
    -(2 ** 31),
    -(2 ** 53) + 1,
  ]) {
    const bytes = encodeMessage('Integers', { values: [value, 7] });
    expect(Array.from(coremlCodec.decode('Integers', bytes).values ?? [])).toEqual([value, 7]);
  }
});

test('a negative integer is its two’s complement of 64 bits', () => {
  expect(Array.from(encodeMessage('Integers', { values: [-1] }))).toEqual([
    0x0a, 10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
  ]);
});

test('messages that grow the buffer while their length is not known yet stay whole', () => {
  const values = Array.from({ length: 3000 }, (_, i) => `text ${i}`);
  const nested: MessageParts<'TensorValue'> = { strings: { values } };
  expect(coremlCodec.decode('TensorValue', encodeMessage('TensorValue', nested))).toMatchObject(nested);
});

describe('what cannot be understood whole is refused', () => {
  const refused = (hex: string, reason: RegExp) => {
    expect(() => coremlCodec.decode('Model', Buffer.from(hex, 'hex'))).toThrow(InputError);
    expect(() => coremlCodec.decode('Model', Buffer.from(hex, 'hex'))).toThrow(reason);
  };

  test('an unknown field', () => refused('f23f0100', /Model has no field 1022/));
  test('a single field that stands twice', () => refused('08060806', /specificationVersion stands twice/));
  test('another wire type', () => refused('0a0106', /wire type 2/));
  test('a length that runs over its message', () => refused('12050a03', /length of 5 runs over/));
  test('an integer that never ends', () => refused(`08${'ff'.repeat(12)}`, /longer than ten bytes/));
  test('an integer that no number holds', () => refused('08ffffffffffffff7f', /out of range/));
  test('a text that is no UTF-8', () => refused('12045a025afe', /./));

  test('two members of which one is allowed', () => {
    expect(() => coremlCodec.decode('FeatureType', Buffer.from('0a001200', 'hex'))).toThrow(/two of a field/);
  });

  test('a map with a key twice', () => {
    const entry = 'a206040a00120' + '0';
    expect(() => coremlCodec.decode('Metadata', Buffer.from(entry + entry, 'hex'))).toThrow(/twice/);
  });

  test('messages nested without end', () => {
    let bytes: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 200; depth++) bytes = nest(nest(bytes, 1), 2);
    expect(() => coremlCodec.decode('ValueType', bytes)).toThrow(/nest deeper/);
  });

  test('a model that ends anywhere before its end', () => {
    for (let length = 0; length < RELU.length; length++) {
      try {
        const decoded = coremlCodec.decode('Model', RELU.subarray(0, length));
        expect(encodeMessage('Model', decoded).length).toBeLessThan(RELU.length);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
  });
});

/** A field of bytes around bytes. */
function nest(inner: Uint8Array, id: number): Uint8Array {
  const length: number[] = [];
  let rest = inner.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Uint8Array.from([id * 8 + 2, ...length, rest, ...inner]);
}
