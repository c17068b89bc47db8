import { onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { expectRead, expectRefusal } from './expect-refusal.js';
import {
  attribute,
  type Bytes,
  bytes,
  FLOAT,
  floats,
  graph,
  int,
  message,
  model,
  node,
  tensor,
  tensorType,
  text,
  valueInfo,
} from './wire.js';

const named = (name: string): Bytes => text(3, name);
const BOOL = tensorType(9, []);
const branch = (name: string, inner: Bytes) => attribute(name, bytes(6, inner), int(20, 5));
const inner = (nodes: readonly Bytes[], outputs: readonly string[], initializers: readonly Bytes[] = []) =>
  graph({ nodes, inputs: [], outputs: outputs.map((name) => valueInfo(name)), initializers });
const choice = (then: Bytes, otherwise: Bytes, output = 'y') =>
  node('If', ['c'], [output], branch('then_branch', then), branch('else_branch', otherwise));
const withChoice = (then: Bytes, otherwise: Bytes, ...before: readonly Bytes[]) =>
  model({ nodes: [...before, choice(then, otherwise)], inputs: [valueInfo('x'), valueInfo('c', BOOL)] });

function chain(length: number, isClosed = false): Bytes {
  const nodes = Array.from({ length }, (_, i) => {
    const from = i === 0 ? (isClosed ? `v${length - 1}` : 'x') : `v${i - 1}`;
    return node('Identity', [from], [`v${i}`]);
  });
  return model({ nodes, outputs: [valueInfo(`v${length - 1}`)] });
}

describe('order and cycles', () => {
  test.each<[string, Bytes, string[]]>([
    [
      'H37a a cycle of two',
      model({ nodes: [node('Add', ['x', 'b'], ['a'], named('first')), node('Relu', ['a'], ['b'], named('second'))] }),
      ['cycle', 'first', 'second'],
    ],
    [
      'H37a a node that reads itself',
      model({ nodes: [node('Add', ['x', 'y'], ['y'], named('loop'))] }),
      ['cycle', 'loop'],
    ],
    [
      'H37a a cycle through a subgraph',
      withChoice(
        inner([node('Relu', ['late'], ['t'])], ['t']),
        inner([node('Abs', ['x'], ['e'])], ['e']),
        node('Relu', ['y'], ['late'], named('after')),
      ),
      ['cycle', 'after'],
    ],
    ['H37a a cycle of 100,000', chain(100_000, true), ['cycle']],
    [
      'H44a a cycle that nothing needs',
      model({ nodes: [node('Relu', ['x'], ['y']), node('Add', ['x', 'd'], ['d'], named('dead'))] }),
      ['cycle', 'dead'],
    ],
  ])('%s is refused', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('H37b nodes that are not in order are sorted, with a note', () => {
    const file = model({ nodes: [node('Relu', ['a'], ['y']), node('Abs', ['x'], ['a'])] });
    const read = expectRead(file);
    expect(read.notes.join()).toContain('not in order');
    const again = expectRead(writeOnnx(read));
    expect(again.graph.sorted().map((each) => each.operator)).toEqual(['Abs', 'Relu']);
    expect(again.notes).toEqual([]);
  });

  test('H43 a chain of 100,000, a Sum of 10,000 and a ladder of 2^64 paths are read', () => {
    expect(expectRead(chain(100_000)).graph.nodeCount).toBe(100_000);
    const wide = model({ nodes: [node('Sum', new Array<string>(10_000).fill('x'), ['y'])] });
    expect(expectRead(wide).graph.sorted()[0]?.inputs).toHaveLength(10_000);
    const ladder = Array.from({ length: 64 }, (_, i) => {
      const from = i === 0 ? 'x' : `v${i - 1}`;
      return node('Add', [from, from], [`v${i}`]);
    });
    expect(expectRead(model({ nodes: ladder, outputs: [valueInfo('v63')] })).graph.nodeCount).toBe(64);
  });
});

describe('names', () => {
  const relu = (from: string, to: string) => inner([node('Relu', [from], [to])], [to]);

  test.each<[string, Bytes, string[]]>([
    [
      'H38 a name produced twice',
      model({ nodes: [node('Relu', ['x'], ['y']), node('Abs', ['x'], ['y'])] }),
      ['twice', 'y'],
    ],
    [
      'H38 a name that an outer graph has',
      withChoice(relu('x', 'seen'), relu('x', 'e'), node('Abs', ['x'], ['seen'])),
      ['shadows', 'seen'],
    ],
    [
      'H39a an empty name as the only output',
      model({ nodes: [node('Relu', ['x'], ['']), node('Abs', ['x'], ['y'])] }),
      ['outputs'],
    ],
    ['H39a an empty name as a graph output', model({ outputs: [valueInfo('')] }), ['missing']],
    ['H39a an empty name as an initialiser', model({ initializers: [tensor('', [1], floats(1))] }), ['missing']],
    ['H39b an output that nothing gives', model({ outputs: [valueInfo('z')] }), ['missing', 'z']],
    ['H39b no outputs', model({ outputs: [] }), ['no outputs']],
    [
      'H39b an output from inside a subgraph',
      model({
        nodes: [choice(relu('x', 't'), relu('x', 'e'))],
        inputs: [valueInfo('x'), valueInfo('c', BOOL)],
        outputs: [valueInfo('t')],
      }),
      ['missing', 't'],
    ],
    ['an input that nothing gives', model({ nodes: [node('Add', ['x', 'nowhere'], ['y'])] }), ['missing', 'nowhere']],
    ['H40b an input without a type', model({ inputs: [text(1, 'x')] }), ['type', 'x']],
    ['H40b two inputs of one name', model({ inputs: [valueInfo('x'), valueInfo('x')] }), ['twice', 'x']],
    [
      'H44b a node without outputs',
      model({ nodes: [node('Relu', ['x'], ['y']), node('Constant', [], [])] }),
      ['outputs'],
    ],
    [
      'H46d an attribute twice',
      model({ nodes: [node('Flatten', ['x'], ['y'], attribute('axis', int(3, 1)), attribute('axis', int(3, 2)))] }),
      ['attribute', 'twice'],
    ],
  ])('%s is refused', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('H38 two branches may use one name', () => {
    const read = expectRead(withChoice(relu('x', 't'), relu('x', 't')));
    expectRead(writeOnnx(read));
  });

  test('H39a optional operands may be left out in the middle and at the end', () => {
    const file = model({
      nodes: [node('Clip', ['x', '', 'm'], ['t']), node('Clip', ['t', 'm', ''], ['y'])],
      initializers: [tensor('m', [], floats(6))],
    });
    for (const read of [expectRead(file), expectRead(writeOnnx(expectRead(file)))]) {
      const [first, second] = read.graph.sorted();
      expect([first?.hasInput(1), first?.hasInput(2)]).toEqual([false, true]);
      expect(second?.inputs).toHaveLength(2);
    }
    // One spelling of one network, so that what was written is not changed by being read again.
    expect(writeOnnx(expectRead(file))).toEqual(writeOnnx(expectRead(writeOnnx(expectRead(file)))));
  });

  test('H39b an output may be an input, a constant, or stand twice', () => {
    const file = model({
      outputs: [valueInfo('x'), valueInfo('w'), valueInfo('y'), valueInfo('y')],
      initializers: [tensor('w', [1], floats(3))],
    });
    const again = expectRead(writeOnnx(expectRead(file)));
    expect(again.graph.outputs.map((value) => value.name)).toEqual(['x', 'w', 'y', 'y']);
    expect(again.graph.outputs[0]?.isInput).toBe(true);
    expect(again.graph.outputs[1]?.constant?.toFloat64()[0]).toBe(3);
  });

  test('H40a no nodes, no inputs, 10,000 inputs and one that nobody reads are read', () => {
    expectRead(model({ nodes: [], outputs: [valueInfo('x')] }));
    const constant = attribute('value', bytes(5, tensor('', [1], floats(1))), int(20, 4));
    expectRead(model({ nodes: [node('Constant', [], ['y'], constant)], inputs: [] }));
    const inputs = Array.from({ length: 10_000 }, (_, i) => valueInfo(i === 0 ? 'x' : `x${i}`));
    expect(expectRead(writeOnnx(expectRead(model({ inputs })))).graph.inputs).toHaveLength(10_000);
  });
});

describe('declared types', () => {
  const dims = (...each: readonly (number | bigint | string | null)[]) =>
    expectRead(model({ inputs: [valueInfo('x', tensorType(FLOAT, each))] }));

  test('H40b an input may have no shape, or be a sequence', () => {
    const noShape = expectRead(model({ inputs: [valueInfo('x', tensorType(FLOAT))] }));
    expect([noShape.graph.inputs[0]?.dtype, noShape.graph.inputs[0]?.shape]).toEqual(['float32', undefined]);
    const type = message(4, message(1, tensorType(FLOAT, [2])));
    const sequence = expectRead(
      model({ nodes: [node('SequenceLength', ['x'], ['y'])], inputs: [valueInfo('x', type)] }),
    );
    expect(sequence.graph.inputs[0]?.otherType).toEqual(type);
    expect(expectRead(writeOnnx(sequence)).graph.inputs[0]?.otherType).toEqual(type);
  });

  test('H41a -1 is unknown, with a note', () => {
    const read = dims(-1, 3);
    expect(read.graph.inputs[0]?.shape?.[0]).toMatch(/^\?/);
    expect(read.notes.join()).toContain('negative');
  });

  test('H41a sizes are exact, names are symbols, and none is an unknown of its own', () => {
    expect(dims(0, 2 ** 40).graph.inputs[0]?.shape).toEqual([0, 2 ** 40]);
    expect(dims('n', '1', '__proto__').graph.inputs[0]?.shape).toEqual(['n', '1', '__proto__']);
    const [first, second] = dims('', null).graph.inputs[0]?.shape ?? [];
    expect(first).toMatch(/^\?/);
    expect(second).toMatch(/^\?/);
    expect(first).not.toBe(second);
    expectRefusal(model({ inputs: [valueInfo('x', tensorType(FLOAT, [2n ** 62n]))] }), ['dimension']);
  });

  test('H41a of a size and a name for one dimension the last counts', () => {
    const both = (...fields: readonly Bytes[]) =>
      expectRead(model({ inputs: [valueInfo('x', message(1, int(1, FLOAT), message(2, message(1, ...fields))))] }))
        .graph.inputs[0]?.shape;
    expect(both(int(1, 3), text(2, 'n'))).toEqual(['n']);
    expect(both(text(2, 'n'), int(1, 3))).toEqual([3]);
  });

  test.each(['n', '?', '?1'])(
    '%s for two sizes makes them no equal ones, and both are written by that name',
    (name) => {
      const read = dims(name, 3, name);
      const [first, , third] = read.graph.inputs[0]?.shape ?? [];
      expect(first).not.toBe(third);
      const written = onnx.ModelProto.decode(writeOnnx(read)).graph?.input?.[0]?.type?.tensorType?.shape?.dim;
      expect(written?.map(({ dimParam }) => dimParam ?? null)).toEqual([name, null, name]);
    },
  );
});

describe('subgraphs', () => {
  test('H42 depth 30 is read and written', () => {
    let body = inner([node('Relu', ['x'], ['y0'])], ['y0']);
    for (let i = 1; i < 30; i++)
      body = inner([choice(body, inner([node('Abs', ['x'], [`e${i}`])], [`e${i}`]), `y${i}`)], [`y${i}`]);
    const read = expectRead(withChoice(body, inner([node('Abs', ['x'], ['e'])], ['e'])));
    expect(writeOnnx(expectRead(writeOnnx(read)))).toEqual(writeOnnx(read));
  });

  test('a body may give back what it only sees: the written file says it in a legal way', async () => {
    const file = withChoice(
      inner([], ['seen']),
      inner([], ['own'], [tensor('own', [1], floats(2))]),
      node('Relu', ['x'], ['seen']),
    );
    const session = await InferenceSession.create(writeOnnx(expectRead(file)), { logSeverityLevel: 3 });
    const run = async (c: boolean) => {
      const feeds = { x: new Tensor('float32', [5], [1]), c: new Tensor('bool', [c], []) };
      return (await session.run(feeds)).y?.data[0];
    };
    expect(await run(true)).toBe(5);
    expect(await run(false)).toBe(2);
  });
});

describe('a node that its operator does not allow', () => {
  test.each<[string, Bytes, string[]]>([
    ['H39a a weight that is missing', model({ nodes: [node('Conv', ['x'], ['y'])] }), ['missing', 'input 1', 'Conv']],
    ['H39a a weight that is left out', model({ nodes: [node('Conv', ['x', '', 'x'], ['y'])] }), ['missing', 'Conv']],
    ['H44b an operand too many', model({ nodes: [node('Relu', ['x', 'x'], ['y'])] }), ['inputs', 'Relu']],
    ['H44b a result too many', model({ nodes: [node('Relu', ['x'], ['y', 'z'])] }), ['outputs', 'Relu']],
    [
      'H46d an attribute of another operator',
      model({ nodes: [node('Relu', ['x'], ['y'], attribute('kernel_shape', int(3, 1), int(20, 2)))] }),
      ['attribute', 'kernel_shape'],
    ],
    [
      'H44a one that nothing reads',
      model({ nodes: [node('Relu', ['x'], ['y']), node('Add', ['x'], ['dead'])] }),
      ['missing', 'Add'],
    ],
  ])('%s is refused', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('operands left out at the end, and any number of them where the operator takes it, are fine', () => {
    expectRead(model({ nodes: [node('Clip', ['x', '', ''], ['y'])] }));
    expectRead(model({ nodes: [node('Max', ['x', 'x', 'x', 'x', 'x'], ['y'])] }));
  });
});
