import { describe, expect, test } from 'vitest';
import type { ArtefactPort } from '../../src/formats/format.js';
import { type Anchor, type Anchors, matchPorts, reportMatching } from '../../src/verification/match.js';

type Shape = readonly (number | undefined)[] | undefined;

const anchor = (name: string, shape: Shape, dtype: Anchor['dtype'] = 'float32'): Anchor => ({ name, shape, dtype });
const port = (name: string, shape: Shape, more: Partial<ArtefactPort> = {}): ArtefactPort => ({
  ...{ name, sourceName: name, shape, dtype: 'float32', permutation: undefined },
  ...more,
});

const IMAGE = [1, 3, 8, 8];
const TURNED = [1, 8, 8, 3];
const CHANNELS_LAST = [0, 2, 3, 1];

interface Case {
  readonly inputs: readonly ArtefactPort[];
  readonly outputs?: readonly ArtefactPort[];
  readonly values?: readonly ArtefactPort[];
  readonly saysLayout?: boolean;
  readonly labels?: readonly string[];
}

/** Pairs as a report has them, of a channels-first reference and a candidate that is no ONNX file. */
function matched(reference: Partial<Anchors>, candidate: Case, map: Record<string, string> = {}) {
  const anchors = { inputs: [anchor('image', IMAGE)], outputs: [anchor('logits', [1, 10])], hasChannelsFirst: true };
  const { inputs, outputs = [port('logits', [1, 10])], values = [], saysLayout = false, labels } = candidate;
  const opened = { inputs, outputs, values, saysLayout, graph: undefined, labels };
  return reportMatching(matchPorts({ ...anchors, ...reference }, opened, new Map(Object.entries(map))));
}

describe('an input or output is found', () => {
  test('inside a classifier, whose own output is what it makes of that; of others an output is an output', () => {
    const inside = { ...port('linear', [1, 10]), sourceName: 'logits' };
    const candidate = { inputs: [port('image', IMAGE)], outputs: [port('probabilities', [1, 10])], values: [inside] };
    const outputOf = (labels?: readonly string[]) =>
      matched({}, { ...candidate, ...(labels ? { labels } : {}) }).find(({ kind }) => kind === 'output');
    expect(outputOf(['a', 'b'])).toMatchObject({ candidate: 'linear', reference: 'logits' });
    expect(outputOf()).toMatchObject({ candidate: 'probabilities', by: 'type and shape' });
  });

  test('by its name, whatever else would fit', () => {
    const outputs = [anchor('a', [1, 4]), anchor('b', [1, 4])];
    const candidate = { inputs: [port('image', IMAGE)], outputs: [port('b', [1, 4]), port('a', [1, 4])] };
    expect(matched({ outputs }, candidate)).toMatchObject([
      { kind: 'input', reference: 'image', candidate: 'image', permutation: null, by: 'name' },
      { kind: 'output', reference: 'a', candidate: 'a', by: 'name' },
      { kind: 'output', reference: 'b', candidate: 'b', by: 'name' },
    ]);
  });

  test('by the name that metadata record, before its own', () => {
    const outputs = [anchor('a', [1, 4]), anchor('b', [1, 4])];
    const crossed = [port('b', [1, 4], { sourceName: 'a' }), port('a', [1, 4], { sourceName: 'b' })];
    expect(matched({ outputs }, { inputs: [port('image', IMAGE)], outputs: crossed })).toMatchObject([
      {},
      { reference: 'a', candidate: 'b', by: 'metadata' },
      { reference: 'b', candidate: 'a', by: 'metadata' },
    ]);
  });

  test('by type and sizes, where they leave one way', () => {
    const inputs = [anchor('image', IMAGE), anchor('ids', [1, 4], 'int64')];
    const candidate = { inputs: [port('y', [1, 4], { dtype: 'int32' }), port('x', TURNED)] };
    expect(matched({ inputs }, candidate)).toMatchObject([
      { reference: 'image', candidate: 'x', permutation: CHANNELS_LAST, by: 'type and shape' },
      { reference: 'ids', candidate: 'y', permutation: null, by: 'type and shape' },
      {},
    ]);
  });

  test('inside, where no output is of its name', () => {
    const outputs = [anchor('features', [1, 4])];
    const candidate = { inputs: [port('image', IMAGE)], values: [port('f', undefined, { sourceName: 'features' })] };
    expect(matched({ outputs }, candidate)).toMatchObject([{}, { reference: 'features', candidate: 'f', by: 'name' }]);
  });
});

describe('an output that differs by sizes of 1 alone', () => {
  const sizesOf = (shape: Shape, reference: Shape, name = 'logits') => {
    const anchors = {
      inputs: [anchor('image', IMAGE)],
      outputs: [anchor('logits', reference)],
      hasChannelsFirst: true,
    };
    const outputs = [port(name, shape)];
    const opened = {
      inputs: [port('image', IMAGE)],
      outputs,
      values: [],
      labels: undefined,
      saysLayout: false,
      graph: undefined,
    };
    return matchPorts(anchors, opened, new Map()).outputs.map(({ port: { sizes } }) => sizes);
  };

  test.each<[string, Shape, Shape]>([
    ['logits', [10], [1, 10]],
    ['other', [10], [1, 10]],
    ['logits', [1, 10, 1, 1], [1, 10]],
    ['other', [1, 1, 10], [10]],
  ])('%s %j is taken as %j', (name, shape, reference) => {
    expect(sizesOf(shape, reference, name)).toEqual([reference]);
  });

  test.each<[Shape, Shape]>([
    [
      [1, 10],
      [1, 10],
    ],
    [
      [2, 5],
      [1, 10],
    ],
    [
      [undefined, 10],
      [1, 10],
    ],
    [[10], [undefined, 10]],
  ])('%j of %j is taken as it is', (shape, reference) => {
    expect(sizesOf(shape, reference)).toEqual([undefined]);
  });

  test('where two do so is asked for', () => {
    const outputs = [port('x', [10]), port('y', [10, 1])];
    expect(() => matched({}, { inputs: [port('image', IMAGE)], outputs })).toThrow('which output is logits');
  });
});

describe('what is open is asked for, and compared never', () => {
  test.each<[string, Partial<Anchors>, Case]>([
    [
      'which input is left.* of the reference \\(it has x \\[1,4\\], y \\[1,4\\]\\)',
      { inputs: [anchor('left', [1, 4]), anchor('right', [1, 4])] },
      { inputs: [port('x', [1, 4]), port('y', [1, 4])] },
    ],
    [
      'which output is a ',
      { outputs: [anchor('a', [1, 4]), anchor('b', [1, 4])] },
      { inputs: [port('image', IMAGE)], outputs: [port('x', [1, 4]), port('y', [1, 4])] },
    ],
    ['its input more is none', {}, { inputs: [port('image', IMAGE), port('more', [1])] }],
    [
      'how the axes of image lie',
      { inputs: [anchor('image', [1, 3, 3, 3])] },
      { inputs: [port('image', [1, 3, 3, 3])] },
    ],
  ])('%s', (told, reference, candidate) => {
    expect(() => matched(reference, candidate)).toThrow(new RegExp(`nothing could be compared: .*${told}`));
    expect(() => matched(reference, candidate)).toThrow(expect.objectContaining({ exitCode: 8 }));
  });

  test('an output that it lacks is a difference', () => {
    const outputs = [anchor('logits', [1, 10]), anchor('boxes', [1, 4])];
    expect(() => matched({ outputs }, { inputs: [port('image', IMAGE)] })).toThrow(
      expect.objectContaining({ exitCode: 5, what: 'it lacks the output boxes of the reference' }),
    );
  });
});

describe('--map', () => {
  const twoInputs = { inputs: [anchor('left', [1, 4]), anchor('right', [1, 4])] };

  test('says which is which where that is open', () => {
    const candidate = { inputs: [port('x', [1, 4]), port('y', [1, 4])] };
    expect(matched(twoInputs, candidate, { x: 'right' })).toMatchObject([
      { reference: 'left', candidate: 'y', by: 'type and shape' },
      { reference: 'right', candidate: 'x', by: 'map' },
      {},
    ]);
  });

  test('wins over names and metadata', () => {
    const candidate = { inputs: [port('left', [1, 4]), port('right', [1, 4])] };
    expect(matched(twoInputs, candidate, { left: 'right', right: 'left' })).toMatchObject([
      { reference: 'left', candidate: 'right', by: 'map' },
      { reference: 'right', candidate: 'left', by: 'map' },
      {},
    ]);
  });

  test.each([
    ['image:0231', CHANNELS_LAST],
    ['image:0123', [0, 1, 2, 3]],
  ])('says how axes lie that may lie in several ways: %s', (map, permutation) => {
    const square = { inputs: [anchor('image', [1, 3, 3, 3])] };
    const [input] = matched(square, { inputs: [port('image', [1, 3, 3, 3])] }, { image: map });
    expect(input).toMatchObject({ permutation, by: 'map' });
  });

  test.each([
    ['image:0321', IMAGE, /image \[1,3,8,8\] is not image \[1,3,8,8\] in the order 0321; write image:0123/],
    ['image:0123', TURNED, /image \[1,8,8,3\] is not image \[1,3,8,8\] in the order 0123; write image:0231/],
    ['imag', IMAGE, /the reference has no input or output "imag"; did you mean image\?/],
    ['image:0122', IMAGE, /0122 is no order of axes/],
  ])('%s of %s is wrong usage', (map, shape, told) => {
    const wrong = () => matched({}, { inputs: [port('image', shape)] }, { image: map });
    expect(wrong).toThrow(told);
    expect(wrong).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  test('cannot call two by one name', () => {
    const candidate = { inputs: [port('x', [1, 4]), port('y', [1, 4])] };
    expect(() => matched(twoInputs, candidate, { x: 'left', y: 'left' })).toThrow(
      expect.objectContaining({ exitCode: 2, what: '--map: both x and y are said to be left' }),
    );
  });
});
