import { startEngine } from '../../dist/engines/index.js';
import { judgeSource, judgeTarget } from './judge.js';

/**
 * @typedef {import('./judge.js').Outcome} Outcome
 *
 * @typedef {object} Result what became of one test
 * @property {string} name
 * @property {string} operator
 * @property {boolean} expanded
 * @property {boolean} restated
 * @property {Outcome} source ONNX Runtime on the test's own model
 * @property {Record<string, Outcome>} targets where the source is right
 * @property {string[]} defects conversions of a source that is not judged which ended in neither a file nor a refusal
 */

/** One for each of the two cores that a small machine has. */
const LANES = 2;
const TIMEOUT_SECONDS = 120;

/**
 * @param {readonly import('./cases.js').Case[]} cases
 * @param {readonly import('../../src/formats/format.js').Target[]} targets
 * @returns {Promise<Result[]>} in the order of the cases
 */
export async function runCases(cases, targets) {
  const results = new Map();
  const left = [...cases];
  const lane = async () => {
    const ort = startEngine('onnxruntime', { timeoutSeconds: TIMEOUT_SECONDS });
    const engines = new Map([['onnxruntime', ort]]);
    for (const { engine } of targets) {
      if (!engines.has(engine)) engines.set(engine, startEngine(engine, { timeoutSeconds: TIMEOUT_SECONDS }));
    }
    const engineOf = (target) => engines.get(target.engine);
    for (let test = left.shift(); test; test = left.shift()) {
      const source = await judgeSource(test, ort);
      results.set(test, await resultOf(test, source, targets, engineOf));
    }
    for (const engine of engines.values()) engine.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return cases.map((test) => results.get(test));
}

/** @returns {Promise<Result>} */
async function resultOf(test, source, targets, engineOf) {
  const { name, operator, expanded, restated } = test;
  const result = { name, operator, expanded, restated, source, targets: {}, defects: [] };
  for (const target of targets) {
    const isJudged = source.outcome === 'right';
    const outcome = await judgeTarget(test, target, isJudged ? engineOf(target) : undefined);
    if (isJudged) result.targets[target.name] = outcome;
    else if (outcome.outcome === 'wrong') result.defects.push(`${target.name}: ${outcome.reason}`);
  }
  return result;
}
