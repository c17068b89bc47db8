import { loadCandidate, runCandidate } from '../../dist/check/candidate.js';
import { EngineFailure } from '../../dist/engines/index.js';
import { sha256 } from '../../dist/files/index.js';
import { readOnnx } from '../../dist/formats/onnx/index.js';
import { formatShape, InputError, UnsupportedError } from '../../dist/model/index.js';
import { candidateOf, openWritten } from '../../dist/proof/candidates.js';
import { prepare } from '../../dist/source/prepare.js';
import { difference } from './difference.js';
import { formsOf, makeConstant } from './forms.js';

/**
 * @typedef {import('./cases.js').Case} Case
 * @typedef {import('../../src/engines/index.js').Engine} Engine
 * @typedef {import('../../src/formats/format.js').Target} Target
 *
 * @typedef {object} Outcome
 * @property {'right' | 'refused' | 'wrong' | 'not judged'} outcome
 * @property {string} [operator] which operator is refused; undefined: the model as a whole
 * @property {string} [reason]
 */

/**
 * Whether ONNX Runtime itself, on the untouched model, gives what the test expects; if not, nothing is to be judged by it.
 * @param {Case} test
 * @param {Engine} engine
 * @returns {Promise<Outcome>}
 */
export async function judgeSource(test, engine) {
  const unjudged = (reason) => ({ outcome: 'not judged', reason });
  if (test.other) return unjudged(`a value is a ${test.other}`);
  for (const optimise of [false, true]) {
    try {
      const session = await engine.load({ model: test.model, optimize: optimise });
      try {
        const problem = difference(test, await session.run(test.inputs, [...test.outputs.keys()]));
        if (problem) return unjudged(`another answer: ${problem}`);
      } finally {
        await session.release();
      }
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      return unjudged(error.message);
    }
  }
  return { outcome: 'right' };
}

/**
 * Converts a test in each of its forms, reads it back, runs it and compares. Wrong in one form is wrong; right in one is right;
 * else it is refused, for the reason of the form that has most constants.
 * @param {Case} test
 * @param {Target} target
 * @param {Engine | undefined} engine undefined: there is no right answer to compare with, and 'right' means that it was
 * converted
 * @returns {Promise<Outcome>}
 */
export async function judgeTarget(test, target, engine) {
  /** @type {Outcome} */
  let best = { outcome: 'refused' };
  for (const [form, names] of formsOf(test, target)) {
    const found = await judgeForm(test, names, target, engine);
    if (found.outcome === 'wrong') return { ...found, reason: `${form}: ${found.reason}` };
    if (best.outcome !== 'right') best = found;
  }
  return best;
}

/** @returns {Promise<Outcome>} */
async function judgeForm(test, names, target, engine) {
  try {
    const model = readOnnx(test.model);
    makeConstant(model, test, names);
    let problem;
    await prepare(
      model,
      { shape: new Map() },
      {
        onReady: () => {
          problem = contradiction(test, model);
        },
      },
    );
    problem ??= await convert(test, model, target, engine);
    return problem ? { outcome: 'wrong', reason: problem } : { outcome: 'right' };
  } catch (error) {
    if (error instanceof UnsupportedError) return refused(error);
    if (error instanceof InputError) return { outcome: 'refused', reason: error.what };
    if (error instanceof EngineFailure) return { outcome: 'wrong', reason: error.message };
    return { outcome: 'wrong', reason: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

/** What is inferred must hold of the right outputs. */
function contradiction({ outputs }, { graph }) {
  for (const { name, dtype, shape } of graph.outputs) {
    const right = outputs.get(name);
    if (!right) continue;
    const isOther = (size, axis) => typeof size === 'number' && size !== right.shape[axis];
    if (dtype && dtype !== right.dtype) return `${name} is inferred as ${dtype}, not ${right.dtype}`;
    if (shape && (shape.length !== right.shape.length || shape.some(isOther))) {
      return `${name} is inferred as ${formatShape(shape)}, not ${formatShape(right.shape)}`;
    }
  }
  return undefined;
}

/** @returns {Promise<string | undefined>} what is wrong */
async function convert(test, model, target, engine) {
  const lowered = target.lower(model, { precision: target.defaultPrecision('fp32') && 'fp32' });
  const opened = openWritten(target, target.write(lowered.program, 'model', sha256));
  return engine && run(test, target, opened, engine);
}

/** @returns {Promise<string | undefined>} what is wrong */
async function run(test, target, opened, engine) {
  const candidate = candidateOf(target, opened, [...test.outputs.keys()]);
  const session = await loadCandidate(engine, candidate);
  try {
    const answers = await runCandidate(session, candidate, { artefactFeeds: test.inputs });
    return difference(test, answers) ?? (target.operators ? undefined : otherType(test, answers));
  } finally {
    await session.release();
  }
}

/** A format that passes operators on has every type; what others have instead is theirs to say. */
function otherType({ outputs }, answers) {
  for (const [name, { dtype }] of outputs) {
    const actual = answers.get(name).dtype;
    if (actual !== dtype) return `${name} is ${actual}, not ${dtype}`;
  }
  return undefined;
}

/** The first node that a target refuses, without its name: what has the same reason is counted together. */
function refused({ unsupported: [first], what }) {
  const isOperator = first && first.operator !== 'input' && first.operator !== 'output';
  return isOperator
    ? { outcome: 'refused', operator: first.operator, reason: first.reason }
    : { outcome: 'refused', reason: first ? `${first.operator}: ${first.reason}` : what };
}
