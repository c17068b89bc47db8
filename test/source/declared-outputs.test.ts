import { expect, test } from 'vitest';
import { InputError } from '../../src/model/index.js';
import { compareDeclaredOutputs } from '../../src/source/declared-outputs.js';
import { network } from '../network.js';

function declaring(declared: { dtype: 'float32' | 'int64'; shape: (number | string)[] }) {
  const model = network((n) => n.relu(n.input(['batch', 3])));
  const [output] = model.graph.outputs;
  if (output) model.declaredOutputs.set(output.name, declared);
  return () => compareDeclaredOutputs(model);
}

test('a declared size that is wrong is a note; a name or an unknown is not', () => {
  expect(declaring({ dtype: 'float32', shape: ['n', 3] })()).toEqual([]);
  expect(declaring({ dtype: 'float32', shape: [8, 3] })()).toEqual([]);
  expect(declaring({ dtype: 'float32', shape: [8, 4] })()).toEqual([expect.stringContaining('declared [8,4]')]);
  expect(declaring({ dtype: 'float32', shape: [3] })()).toHaveLength(1);
});

test('a declared element type that is wrong is refused', () => {
  expect(declaring({ dtype: 'int64', shape: ['n', 3] })).toThrow(InputError);
});

test('a name that is declared for two sizes is a hint that the outputs contradict, with a note', () => {
  const model = network((n) => n.relu(n.input([2, 3])));
  const [output] = model.graph.outputs;
  if (output)
    model.declaredOutputs.set(output.name, {
      dtype: 'float32',
      shape: [model.namedSymbol('n'), model.namedSymbol('n')],
    });
  expect(compareDeclaredOutputs(model)).toEqual([
    'the file calls unlike sizes of outputs by one name, n: they are 2 and 3',
  ]);
});
