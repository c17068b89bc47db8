import { isInteger } from '../../dist/model/index.js';

/**
 * Node tests give everything as graph inputs, also axes, shapes, pads and weights, which a network has as constants and some
 * targets take only so. Each test is therefore run in several forms. The first input stays one, or nothing would be left to
 * convert; ONNX, which can say a constant, is given that as well: it shows what folding computes.
 * @param {import('./cases.js').Case} test
 * @param {import('../../src/formats/format.js').Target} target
 * @returns {Map<string, readonly string[]>} name of the form to the inputs that become constants
 */
export function formsOf({ inputs }, target) {
  const others = [...inputs].slice(1);
  const isParameter = ([, { dtype, shape }]) => isInteger(dtype) || dtype === 'bool' || shape.length <= 1;
  const parameters = others.filter(isParameter);
  const names = (values) => values.map(([name]) => name);
  const forms = new Map([['as it is', []]]);
  if (parameters.length > 0) forms.set('parameters constant', names(parameters));
  if (parameters.length < others.length) forms.set('all but the first input constant', names(others));
  if (!target.operators && inputs.size > 0) forms.set('everything constant', [...inputs.keys()]);
  return forms;
}

/**
 * @param {import('../../src/model/index.js').Model} model edited
 * @param {import('./cases.js').Case} test
 * @param {readonly string[]} names
 */
export function makeConstant({ graph }, { inputs }, names) {
  for (const name of names) {
    const value = graph.inputs.find((input) => input.name === name);
    const tensor = inputs.get(name);
    // An input that is an output as well has to stay.
    if (!value || !tensor || value.isOutput) continue;
    graph.replace(value, graph.addConstant(tensor, name));
    graph.removeInput(value);
  }
}
