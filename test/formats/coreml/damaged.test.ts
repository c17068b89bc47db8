import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coremlCodec,
  type Message,
  type MessageName,
  type MessageParts,
} from '../../../src/formats/coreml/program/schema.js';
import { asOneChunk, EngineError, InputError } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { modelIn, packageOf } from './judge.js';

const MODEL = 'Data/com.apple.CoreML/model.mlmodel';
const WEIGHTS = 'Data/com.apple.CoreML/weights/weight.bin';
const MANIFEST = 'Manifest.json';
const LABELS = ['a', 'b', 'c', 'd'];

type Files = Map<string, Uint8Array>;
type Operation = Message<'Operation'>;
type Change<N extends MessageName> = (message: Message<N>) => MessageParts<N>;

const empty = <N extends MessageName>(name: N) => coremlCodec.decode(name, new Uint8Array());

const built = (labels?: readonly string[]): Files =>
  packageOf(
    network((n) => n.linear(n.node('Flatten', [n.relu(n.conv(n.input([1, 3, 5, 5]), { kernel: 3, pad: 1 }))]), 4)),
    { precision: 'fp32', labels },
  );

/** A package whose model is changed by a function from message to message. */
function changed(change: Change<'Model'>, files = built()): Files {
  const model = coremlCodec.decode('Model', files.get(MODEL) ?? new Uint8Array());
  return new Map([...files, [MODEL, asOneChunk(coremlCodec.encode('Model', change(model)))]]);
}

function withMain(change: Change<'Function'>, files?: Files): Files {
  return changed((model) => {
    const main = model.mlProgram?.functions.get('main') ?? empty('Function');
    return { ...model, mlProgram: { ...model.mlProgram, functions: new Map([['main', change(main)]]) } };
  }, files);
}

function withBlock(change: Change<'Block'>, files?: Files): Files {
  return withMain((main) => {
    const blocks = Array.from(main.blockSpecializations, ([key, block]) => [key, change(block)] as const);
    return { ...main, blockSpecializations: new Map(blocks) };
  }, files);
}

/** Changes the first operation of a type. */
function withOperation(type: string, change: Change<'Operation'>, files?: Files): Files {
  return withBlock((block) => {
    const { operations } = block;
    const at = operations.findIndex((operation) => operation.type === type);
    return { ...block, operations: operations.map((operation, i) => (i === at ? change(operation) : operation)) };
  }, files);
}

function withArgument(type: string, name: string, argument: MessageParts<'Argument'> | undefined): Files {
  return withOperation(type, (operation) => {
    const inputs = new Map<string, MessageParts<'Argument'>>(operation.inputs);
    if (argument) inputs.set(name, argument);
    else inputs.delete(name);
    return { ...operation, inputs };
  });
}

/** Changes the constant in weight.bin that comes first. */
function withBlob(change: Change<'Value'>): Files {
  return withBlock((block) => {
    const { operations } = block;
    const at = operations.findIndex(({ attributes }) => attributes?.get('val')?.blobFileValue);
    const edit: Change<'Operation'> = (operation) => {
      const value = change(operation.attributes.get('val') ?? empty('Value'));
      return { ...operation, attributes: new Map([...operation.attributes, ['val', value]]) };
    };
    return { ...block, operations: operations.map((operation, i) => (i === at ? edit(operation) : operation)) };
  });
}

const output = (operation: Operation, change: Change<'TensorType'>): MessageParts<'Operation'> => ({
  ...operation,
  outputs: operation.outputs.map(({ name = '', type }) => ({
    name,
    type: { tensorType: change(type?.tensorType ?? empty('TensorType')) },
  })),
});

function withDescription(change: Change<'ModelDescription'>, files?: Files): Files {
  return changed((model) => ({ ...model, description: change(model.description ?? empty('ModelDescription')) }), files);
}

function withManifest(change: (manifest: Record<string, unknown>) => unknown): Files {
  const files = built();
  const manifest = JSON.parse(Buffer.from(files.get(MANIFEST) ?? []).toString());
  return files.set(MANIFEST, new TextEncoder().encode(JSON.stringify(change(manifest))));
}

function withoutFile(path: string): Files {
  const files = built();
  files.delete(path);
  return files;
}

/** Every item of a manifest with another path. */
const moved = (path: string) => (manifest: Record<string, unknown>) => ({
  ...manifest,
  itemInfoEntries: Object.fromEntries(
    Object.entries(manifest.itemInfoEntries ?? {}).map(([id, item]) => [id, { ...item, path }]),
  ),
});

const scalar = (kind: number): MessageParts<'ValueType'> => ({ tensorType: { dataType: kind } });
const boundTo = (name: string): MessageParts<'Argument'> => ({ arguments: [{ name }] });
const INT32 = 23;

test('the package that is damaged below is read as it is', () => {
  expect(modelIn(built()).graph.outputs).toHaveLength(1);
});

describe('a package that contradicts itself is refused, with what is wrong', () => {
  test.each<[string, () => Files, RegExp]>([
    ['no manifest', () => withoutFile(MANIFEST), /no Manifest.json/],
    ['a manifest that is not JSON', () => built().set(MANIFEST, Buffer.from('{')), /not JSON/],
    ['another version of it', () => withManifest((m) => ({ ...m, fileFormatVersion: '2.0.0' })), /2\.0\.0/],
    ['a root that is no entry', () => withManifest((m) => ({ ...m, rootModelIdentifier: 'x' })), /rootModelIdentifier/],
    ['entries that are no object', () => withManifest((m) => ({ ...m, itemInfoEntries: [] })), /itemInfoEntries/],
    ['a path upwards', () => withManifest(moved('../x')), /leaves the package: \.\.\/x/],
    ['an absolute path', () => withManifest(moved('/etc/x')), /leaves the package: \/etc\/x/],
    ['a path that is not author and name', () => withManifest(moved('a/b')), /author\/name/],
    ['a model that is missing', () => withoutFile(MODEL), /not there/],
    ['weights that are missing', () => withoutFile(WEIGHTS), /not there/],

    ['another specification version', () => changed((m) => ({ ...m, specificationVersion: 99 })), /99 is not known/],
    ['a version for another operator set', () => changed((m) => ({ ...m, specificationVersion: 7 })), /CoreML5/],
    ['no program', () => changed(({ mlProgram: _, ...model }) => model), /no ML Program/],
    ['an updatable model', () => changed((m) => ({ ...m, isUpdatable: true })), /updatable/],
    ['another operator set', () => withMain((main) => ({ ...main, opset: 'CoreML9' })), /opset CoreML9/],
    ['a block with inputs', () => withBlock((b) => ({ ...b, inputs: [{ name: 'x' }] })), /inputs of its own/],
    ['no outputs', () => withBlock((b) => ({ ...b, outputs: [] })), /no outputs/],
    ['an output twice', () => withBlock((b) => ({ ...b, outputs: [...outputsOf(b), ...outputsOf(b)] })), /twice/],
    ['an output that nobody makes', () => withBlock((b) => ({ ...b, outputs: ['nobody'] })), /nobody is read before/],
    ['an output that is an input', () => withBlock((b) => ({ ...b, outputs: ['x'] })), /made by no operation/],
    ['operations in another order', () => withBlock((b) => ({ ...b, operations: reversed(b) })), /is read before/],
    ['a name that is made twice', () => withBlock((b) => ({ ...b, operations: doubled(b) })), /is made twice/],

    ['an unknown argument', () => withArgument('relu', 'alpha', boundTo('x')), /relu: has no argument alpha/],
    ['a missing argument', () => withArgument('conv', 'weight', undefined), /conv: weight is missing/],
    ['an argument bound to nothing', () => withArgument('relu', 'x', { arguments: [{}] }), /bound to nothing/],
    [
      'an argument bound twice',
      () => withArgument('relu', 'x', { arguments: [{ name: 'x' }, { name: 'x' }] }),
      /2 values/,
    ],
    ['a tensor where a constant is due', () => withArgument('conv', 'strides', boundTo('x')), /strides is not int32/],
    ['a vector where a scalar is due', () => withArgument('conv', 'groups', strides([1])), /groups has rank 1/],
    ['a declared shape', () => withOperation('relu', (o) => output(o, widened)), /declared fp32 \[2,3,5,5\] and is/],
    ['a declared type', () => withOperation('relu', (o) => output(o, (t) => ({ ...t, dataType: INT32 }))), /int32/],
    ['a half type of a whole operation', () => withOperation('relu', (o) => output(o, half)), /fp16 and is fp32/],
    ['a rank without dimensions', () => withOperation('relu', (o) => output(o, (t) => ({ ...t, rank: 7 }))), /rank 7/],
    [
      'an illegal name',
      () => withOperation('relu', (o) => ({ ...o, outputs: [{ ...first(o), name: 'a/b' }] })),
      /"a\/b"/,
    ],
    ['an attribute', () => withOperation('relu', (o) => ({ ...o, attributes: new Map([['x', {}]]) })), /attribute x/],

    ['a blob offset beyond the file', () => withBlob((v) => at(v, 2 ** 40)), /offset 1099511627776/],
    ['a blob offset into data', () => withBlob((v) => at(v, 128)), /offset 128/],
    [
      'a blob of another file',
      () => withBlob((v) => ({ ...v, blobFileValue: { fileName: '@model_path/../x' } })),
      /leaves/,
    ],
    ['a blob of another type', () => withBlob((v) => ({ ...v, type: scalar(10) })), /type 2, not 1/],
    ['a blob of another size', () => withBlob((v) => ({ ...v, type: scalar(11) })), /the value takes 4/],

    [
      'another described input',
      () => withDescription((d) => ({ ...d, input: [{ name: 'y' }] })),
      /inputs y, the program x/,
    ],
    [
      'another described shape',
      () => withDescription((d) => ({ ...d, input: [{ name: 'x', type: array([1, 3]) }] })),
      /\[1,3\]/,
    ],
    [
      'an image of another size',
      () => withDescription((d) => ({ ...d, input: [{ name: 'x', type: picture }] })),
      /image is/,
    ],
    [
      'a class that nobody predicts',
      () => withDescription((d) => ({ ...d, predictedFeatureName: 'x' })),
      /not the label/,
    ],
    ['a class too few', () => withOperation('classify', fewer, built(LABELS)), /3 classes/],
    [
      'a label that is no text',
      () => withDescription((d) => ({ ...d, output: asTensors(d) }), built(LABELS)),
      /label is described/,
    ],
  ])('%s', (_, damage, reason) => {
    const files = damage();
    expect(() => modelIn(files)).toThrow(InputError);
    expect(() => modelIn(files)).toThrow(reason);
  });
});

test.each([
  ['an operation', () => withOperation('relu', (o) => ({ ...o, type: 'relu7' })), /the operation relu7/],
  ['control flow', () => withOperation('relu', (o) => ({ ...o, blocks: [{}] })), /control flow/],
])('a package with %s that is not known here is not judged, by name', (_, damage, reason) => {
  const files = damage();
  expect(() => modelIn(files)).toThrow(EngineError);
  expect(() => modelIn(files)).toThrow(reason);
});

describe('a package is read and a note kept of', () => {
  test('a file that no entry covers', () => {
    const model = modelIn(built().set('Data/com.apple.CoreML/.DS_Store', new Uint8Array(1)));
    expect(model.notes.join()).toMatch(/\.DS_Store is in no entry/);
  });

  test('a count of records that is wrong', () => {
    const files = built();
    const weights = files.get(WEIGHTS)?.slice() ?? new Uint8Array();
    weights[0] = 9;
    expect(modelIn(files.set(WEIGHTS, weights)).notes.join()).toMatch(/says that it has 9 records/);
  });
});

test('bytes changed or cut anywhere never end in anything but a package or an error about it', () => {
  const files = built();
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(
      fc.constantFrom(MODEL, WEIGHTS, MANIFEST),
      fc.nat(),
      fc.nat({ max: 255 }),
      fc.boolean(),
      (path, place, byte, cuts) => {
        const bytes = files.get(path)?.slice() ?? new Uint8Array();
        const index = place % bytes.length;
        bytes[index] = byte;
        try {
          modelIn(new Map([...files, [path, cuts ? bytes.subarray(0, index) : bytes]]));
          read++;
        } catch (error) {
          // A name of another operation may come of it, of which nothing is known.
          if (!(error instanceof EngineError)) expect(error).toBeInstanceOf(InputError);
          refused++;
        }
      },
    ),
    { numRuns: 3000, seed: 7 },
  );
  expect(read).toBeGreaterThan(300);
  expect(refused).toBeGreaterThan(1000);
});

function outputsOf(block: Message<'Block'>): readonly string[] {
  return block.outputs;
}

function reversed(block: Message<'Block'>): Operation[] {
  return [...block.operations].reverse();
}

function doubled(block: Message<'Block'>): Operation[] {
  return [...block.operations, ...block.operations.slice(-1)];
}

function first(operation: Operation): MessageParts<'NamedValueType'> {
  return operation.outputs[0] ?? {};
}

function strides(values: readonly number[]): MessageParts<'Argument'> {
  const type = { tensorType: { dataType: INT32, rank: 1, dimensions: [{ constant: { size: values.length } }] } };
  return { arguments: [{ value: { type, immediateValue: { tensor: { ints: { values } } } } }] };
}

function widened(type: Message<'TensorType'>): MessageParts<'TensorType'> {
  const [, ...others] = type.dimensions;
  return { ...type, dimensions: [{ constant: { size: 2 } }, ...others] };
}

function half(type: Message<'TensorType'>): MessageParts<'TensorType'> {
  return { ...type, dataType: 10 };
}

function at(value: Message<'Value'>, offset: number): MessageParts<'Value'> {
  return { ...value, blobFileValue: { ...value.blobFileValue, offset } };
}

function array(shape: readonly number[]): MessageParts<'FeatureType'> {
  return { multiArrayType: { shape, dataType: 65568 } };
}

const picture: MessageParts<'FeatureType'> = { imageType: { width: 6, height: 5, colorSpace: 20 } };

function fewer(operation: Operation): MessageParts<'Operation'> {
  const value = operation.inputs.get('classes')?.arguments[0]?.value;
  const values = value?.immediateValue?.list?.values.slice(1) ?? [];
  const classes = { arguments: [{ value: { ...value, immediateValue: { list: { values } } } }] };
  return {
    ...operation,
    inputs: new Map<string, MessageParts<'Argument'>>([...operation.inputs, ['classes', classes]]),
  };
}

function asTensors(description: Message<'ModelDescription'>): MessageParts<'FeatureDescription'>[] {
  return description.output.map(({ name = '' }) => ({ name, type: array([1, 4]) }));
}
