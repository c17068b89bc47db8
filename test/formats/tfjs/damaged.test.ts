import { describe, expect, test } from 'vitest';
import type { Artefact } from '../../../src/formats/format.js';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { InputError } from '../../../src/model/index.js';
import { normaliseImage } from '../../../src/source/normalise-image.js';
import { network } from '../../network.js';
import { written } from '../open/opened.js';

// biome-ignore lint/suspicious/noExplicitAny: what is damaged here is JSON of any shape.
type Anything = any;

const LABELS = ['a', 'b', 'c', 'd'];

function built(): Artefact {
  const model = network((n) => {
    const x = n.relu(n.conv(n.input([1, 3, 16, 16]), { kernel: 3, pad: 1, channels: 64, bias: true }));
    const pooled = n.node('GlobalAveragePool', [x]);
    const y = n.linear(n.node('Flatten', [pooled]), 4);
    y.name = 'y';
    return y;
  });
  const image = normaliseImage(model, 'rgb', [0.5], [0.25]);
  return written(tfjs, model, { precision: 'fp16', labels: LABELS, image });
}

const whole = built();
const jsonOf = ({ files }: Artefact): Anything => JSON.parse(Buffer.concat(files.get('model.json') ?? []).toString());

/** The folder with another text in model.json. */
function withText(text: string): Artefact {
  return { ...whole, files: new Map(whole.files).set('model.json', [Buffer.from(text)]) };
}

/** The folder with its model.json changed in place. */
function changed(change: (json: Anything) => void): Artefact {
  const json = jsonOf(whole);
  change(json);
  return withText(JSON.stringify(json));
}

function withShard(change: (bytes: Uint8Array) => Uint8Array | undefined): Artefact {
  const files = new Map(whole.files);
  for (const [path, chunks] of whole.files) {
    const bytes = path === 'model.json' ? undefined : change(new Uint8Array(Buffer.concat(chunks)));
    if (bytes) files.set(path, [bytes]);
    else if (path !== 'model.json') files.delete(path);
  }
  return { ...whole, files };
}

const nodes = (change: (list: Anything[]) => void) => changed((json) => change(json.modelTopology.node));
const node = (op: string, change: (node: Anything) => void) =>
  nodes((list) => change(list.find((each) => each.op === op)));
const weight = (change: (weight: Anything) => void) =>
  changed((json) => change(json.weightsManifest[0].weights.find((each: Anything) => each.quantization)));
const input = (change: (endpoint: Anything) => void) => changed((json) => change(json.signature.inputs.x));
const metadata = (key: string, value: unknown) => changed((json) => (json.userDefinedMetadata[key] = value));

test('the folder that is damaged below is read as it is', () => {
  expect(tfjs.open(whole)).toMatchObject({ labels: LABELS, precision: 'fp16', inputs: [{ colours: 'rgb' }] });
});

describe('a folder that contradicts itself is refused, with what is wrong', () => {
  test.each<[string, () => Artefact, RegExp]>([
    ['no model.json', () => ({ ...whole, files: new Map() }), /model.json is not JSON/],
    ['no JSON', () => withText('{'), /model.json is not JSON/],
    ['a list', () => withText('[]'), /model.json is no object/],
    ['nothing', () => withText('null'), /model.json is no object/],
    ['another format', () => changed((json) => (json.format = 'layers-model')), /layers-model, not graph-model/],
    ['tables to fill', () => changed((json) => (json.modelInitializer = {})), /tables/],
    ['functions', () => changed((json) => (json.modelTopology.library = { function: [{}] })), /control flow/],

    ['a node twice', () => nodes((list) => list.push(list[0])), /two nodes are called/],
    ['a node that reads nothing', () => node('_FusedMatMul', (each) => (each.input = ['nobody'])), /reads nobody/],
    ['a node that reads itself', () => node('_FusedConv2D', (each) => (each.input[0] = each.name)), /waits for itself/],
    [
      'a cycle',
      () => nodes((list) => (list.find(({ op }) => op === '_FusedConv2D').input[0] = 'y')),
      /waits for itself/,
    ],
    ['a name with an output', () => node('Const', (each) => (each.name = 'a:0')), /cannot refer/],
    ['an inherited name', () => node('Const', (each) => (each.name = 'constructor')), /cannot refer/],
    ['a reference of four parts', () => node('_FusedMatMul', (each) => (each.input = ['a:b:c:0'])), /no reference/],
    ['an output that is no number', () => node('_FusedMatMul', (each) => (each.input[0] += ':x')), /no reference/],
    ['an empty operation', () => node('_FusedMatMul', (each) => (each.op = '')), /op is empty/],

    ['a constant without a weight', () => changed((json) => json.weightsManifest[0].weights.pop()), /takes? \d+ bytes/],
    ['a constant that reads', () => node('Const', (each) => (each.input = ['x'])), /reads others/],
    ['a further constant', () => nodes((list) => list.push({ name: 'more', op: 'Const' })), /Const more has no weight/],
    ['a weight for a node', () => node('Const', (each) => (each.op = 'Relu')), /is no Const/],
    [
      'a weight twice',
      () => changed(({ weightsManifest: [group] }) => group.weights.push(group.weights[0])),
      /two weights/,
    ],
    ['a weight of more elements', () => weight((each) => each.shape.push(2)), /takes? \d+ bytes/],
    ['a negative size', () => weight((each) => (each.shape[0] = -1)), /integer of at least 0/],
    ['sizes beyond all numbers', () => weight((each) => (each.shape = [2 ** 40, 2 ** 40])), /dimension overflow/],
    ['an element type of another library', () => weight((each) => (each.dtype = 'float16')), /one of float32/],
    ['another quantisation', () => weight((each) => (each.quantization.dtype = 'int8')), /one of uint8/],
    [
      'steps without a scale',
      () => weight((each) => (each.quantization = { dtype: 'uint8', min: 0 })),
      /scale is missing/,
    ],
    [
      'steps by channel',
      () => weight((each) => (each.quantization = { dtype: 'uint8', min: 0, scale: [1] })),
      /scale is no number/,
    ],
    ['whole numbers as float16', () => weight((each) => (each.dtype = 'int32')), /float16 for int32/],
    [
      'truths in steps',
      () =>
        weight((each) => Object.assign(each, { dtype: 'bool', quantization: { dtype: 'uint8', scale: 1, min: 0 } })),
      /bool/,
    ],
    ['one that is not quantised after all', () => weight((each) => delete each.quantization), /takes? \d+ bytes/],

    ['a shard that is missing', () => withShard(() => undefined), /is not there/],
    ['a shard that is cut', () => withShard((bytes) => bytes.subarray(1)), /takes? \d+ bytes/],
    ['a shard that is too long', () => withShard((bytes) => Uint8Array.of(...bytes, 0)), /takes? \d+ bytes/],
    [
      'a shard above the folder',
      () => changed((json) => (json.weightsManifest[0].paths = ['../x'])),
      /leaves the folder/,
    ],
    ['a shard of the disk', () => changed((json) => (json.weightsManifest[0].paths = ['/etc/x'])), /leaves the folder/],
    [
      'a shard of the network',
      () => changed((json) => (json.weightsManifest[0].paths = ['data:x'])),
      /leaves the folder/,
    ],

    ['no signature', () => changed((json) => delete json.signature), /signature is no object|signature is missing/],
    ['no outputs', () => changed((json) => (json.signature.outputs = {})), /no outputs/],
    ['an input of no node', () => input((each) => (each.name = 'nobody:0')), /nobody, which is no node/],
    ['an input that is computed', () => input((each) => (each.name = 'y')), /is no placeholder/],
    ['an input of another type', () => input((each) => (each.dtype = 'DT_INT32')), /is not int32/],
    ['an input of a type of no tensor', () => input((each) => (each.dtype = 'DT_RESOURCE')), /one of DT_FLOAT/],
    [
      'an input of another size',
      () => input(({ tensorShape }) => (tensorShape.dim[1].size = '17')),
      /not \[1,17,16,3\]/,
    ],
    ['a size below any', () => input(({ tensorShape }) => (tensorShape.dim[1].size = '-2')), /at least -1/],
    [
      'an input without a placeholder',
      () => changed((json) => (json.signature.inputs = {})),
      /is no input of the signature/,
    ],
    [
      'one placeholder as two inputs',
      () => changed(({ signature: { inputs } }) => (inputs.z = inputs.x)),
      /two inputs/,
    ],

    ['a layout of no axes', () => metadata('mobileone.layout', { x: 'chwn' }), /x is no list/],
    ['a layout that drops axes', () => metadata('mobileone.layout', { x: [0, 0, 1, 2] }), /no permutation/],
    [
      'a layout for a vector',
      () => metadata('mobileone.layout', { x: 'nhwc', y: 'nhwc' }),
      /layout of y has 4 axes, y itself 2/,
    ],
    ['labels that are no names', () => metadata('mobileone.labels', [1, 2]), /labels.0 is no text/],
    [
      'pixels in another order',
      () => metadata('mobileone.image', { order: 'yuv', mean: [], std: [] }),
      /one of rgb, bgr, gray/,
    ],
    [
      'pixels of two channels',
      () => metadata('mobileone.image', { order: 'rgb', mean: [1, 2], std: [1, 1, 1] }),
      /2 numbers for 3/,
    ],
    [
      'gray pixels of three',
      () => metadata('mobileone.image', { order: 'gray', mean: [0], std: [1] }),
      /0 of its inputs/,
    ],
    ['names that are none', () => metadata('mobileone.names', { a: 1 }), /names.a is no text/],
    ['origins that are none', () => metadata('mobileone.origins', { a: 'b' }), /origins.a is no list/],
  ])('%s', (_, damage, reason) => {
    const open = () => tfjs.open(damage());
    expect(open).toThrow(InputError);
    expect(open).toThrow(reason);
    expect(open).not.toThrow(/\n/);
  });
});

/** Every place of a JSON value that holds something. */
function placesOf(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [place, ...inside.flatMap(([key, each]) => placesOf(each, [...place, key]))].filter(
    ({ length }) => length > 0,
  );
}

/** Names for people, what the loader takes from the weight, and attributes, which are the engine's to understand. */
const FREE =
  /^(generatedBy|convertedBy|userDefinedMetadata\.mobileone\.version)$|^modelTopology\.(versions\.producer|node\.\d+\.attr\.\w+\..*)$/;

/** A change at every place in turn; those that are not refused. */
function acceptedAfter(change: (holder: Anything, key: string) => void): string[] {
  const types = jsonOf(whole).modelTopology.node.findIndex(({ op }: Anything) => op === 'Placeholder');
  return placesOf(jsonOf(whole)).flatMap((place) => {
    const damaged = changed((json) => {
      change(
        place.slice(0, -1).reduce((each, key) => each[key], json),
        place.at(-1) ?? '',
      );
    });
    try {
      tfjs.open(damaged);
      const name = place.join('.');
      return FREE.test(name) && !name.startsWith(`modelTopology.node.${types}.`) ? [] : [name];
    } catch (error) {
      expect(error, place.join('.')).toBeInstanceOf(InputError);
      return [];
    }
  });
}

test('a field of another kind is refused wherever it stands', () => {
  const accepted = acceptedAfter((holder, key) => {
    holder[key] = typeof holder[key] === 'object' ? true : { '': null };
  });
  expect(accepted).toEqual([]);
});

test('a field that is gone is refused, or was not needed', () => {
  const accepted = acceptedAfter((holder, key) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  });
  // What an operation takes is the engine's to know; nobody has to say what an output is, or what was done to pixels.
  const open =
    /^modelTopology\.node\.\d+\.(attr|input)(\.|$)|^signature\.outputs\.y\.tensorShape|^userDefinedMetadata(\.mobileone\.(\w+|labels\.\d|origins\..*))?$/;
  expect(accepted.filter((place) => !open.test(place))).toEqual([]);
});
