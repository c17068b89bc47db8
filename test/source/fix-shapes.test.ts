import { expect, test } from 'vitest';
import { type AskedShape, Model, UsageError } from '../../src/model/index.js';
import { fixShapes } from '../../src/source/fix-shapes.js';
import { takeStock } from '../../src/source/take-stock.js';
import { network } from '../network.js';

function model(): Model {
  const made = new Model({ opsets: new Map([['', 17]]) });
  made.graph.addInput('image', 'float32', ['batch', 3, 'h', 'w']);
  made.graph.addInput('mask', 'float32', ['batch', 'h']);
  made.graph.addInput('free', 'float32', undefined);
  return made;
}

test('a symbol that is fixed in one input is fixed in all, and noted', () => {
  const fixed = model();
  const { notes, shapes } = fixShapes(fixed, new Map([['image', [2, 3, 32, 48]]]));
  expect(fixed.graph.inputs.map((value) => value.shape)).toEqual([[2, 3, 32, 48], [2, 32], undefined]);
  expect(notes).toEqual(['dimension batch became 2', 'dimension h became 32', 'dimension w became 48']);
  expect(Object.fromEntries(shapes)).toEqual({ image: [2, 3, 32, 48], mask: [2, 32] });
});

test('one name of several sizes is a hint: unlike sizes are taken as they are given, and said', () => {
  const made = new Model({ opsets: new Map([['', 17]]) });
  const dimensions = (...names: string[]) => names.map((name) => made.namedSymbol(name));
  made.graph.addInput('image', 'float32', dimensions('batch', '?', '?'));
  made.graph.addInput('mask', 'float32', dimensions('batch', '?'));
  expect(fixShapes(made, new Map([['image', [2, 32, 48]]])).notes).toEqual([
    'dimension batch became 2',
    'the file calls unlike sizes by one name, ?: 32 and 48 are taken as they are given',
  ]);
  const [image, mask] = made.graph.inputs;
  expect(image?.shape).toEqual([2, 32, 48]);
  // What is said of nobody else's size is followed; what is said twice is no help.
  expect(mask?.shape?.map((size) => typeof size)).toEqual(['number', 'string']);
});

test('an input of unknown rank takes any shape', () => {
  const fixed = model();
  expect(fixShapes(fixed, new Map([['free', [1, 2]]])).notes.join()).toMatch(/input free was not known/);
  expect(fixed.graph.inputs[2]?.shape).toEqual([1, 2]);
});

test.each([
  [new Map([['imag', [1, 3, 2, 2]]]), /no input "imag"; did you mean image\?/],
  [new Map([['image', [1, 4, 2, 2]]]), /cannot become/],
  [new Map([['image', [1, 3, 2]]]), /cannot become/],
])('%j is wrong usage', (shapes, message) => {
  expect(() => fixShapes(model(), shapes)).toThrow(UsageError);
  expect(() => fixShapes(model(), shapes)).toThrow(message);
});

test('a size that may vary stays open, with its bounds, and the others are fixed', () => {
  const fixed = model();
  const range = { least: 32, most: 64 };
  expect(fixShapes(fixed, new Map([['image', [1, 3, range, [48, 96]]]])).notes).toEqual(['dimension batch became 1']);
  expect(fixed.graph.inputs.map((value) => value.shape)).toEqual([[1, 3, 'h', 'w'], [1, 'h'], undefined]);
  expect([fixed.leastOf('h'), fixed.largestOf('h'), fixed.leastOf('w'), fixed.largestOf('w')]).toEqual([
    32, 64, 48, 96,
  ]);
});

test('where a network cannot have the sizes that are asked for, they are named, and the file is not blamed', () => {
  const made = network((n) => {
    const x = n.input([1, 3, 'height', 8], 'float32', 'x');
    const half = n.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    // As high as before where that was even.
    return n.concat([x, n.node('ConvTranspose', [half, n.random([3, 3, 2, 2])], { strides: [2, 2] })], 1);
  });
  const shape: ReadonlyMap<string, AskedShape> = new Map([['x', [1, 3, 5, 8]]]);
  expect(() => takeStock(made, { shape })).toThrow(
    /^at x \[1,3,5,8\]: Concat: .*; ask for sizes that it takes with --shape$/,
  );
});
