/**
 * @typedef {import('./run-cases.js').Result} Result
 *
 * @typedef {object} Counts of the tests of one target
 * @property {number} right
 * @property {number} refused
 * @property {number} wrong
 * @property {number} operators with a test of their own that is right and none that is wrong
 *
 * @typedef {object} Tally
 * @property {number} tests
 * @property {number} restated judged tests whose models stand under an older operator set
 * @property {number} notJudged
 * @property {Record<string, Counts>} targets
 */

/**
 * @param {readonly Result[]} results
 * @param {readonly string[]} targets
 * @returns {Tally}
 */
export function tally(results, targets) {
  const judged = results.filter(({ source }) => source.outcome === 'right');
  const count = (target) => {
    const of = (outcome) => judged.filter((result) => result.targets[target]?.outcome === outcome);
    const wrong = new Set(of('wrong').map(({ operator }) => operator));
    const right = of('right').filter(({ expanded, operator }) => !expanded && !wrong.has(operator));
    return {
      right: of('right').length,
      refused: of('refused').length,
      wrong: of('wrong').length,
      operators: new Set(right.map(({ operator }) => operator)).size,
    };
  };
  return {
    tests: results.length,
    restated: judged.filter(({ restated }) => restated).length,
    notJudged: results.length - judged.length,
    targets: Object.fromEntries(targets.map((target) => [target, count(target)])),
  };
}

/**
 * Values by a key of theirs, keys in order of the alphabet.
 * @template T
 * @param {readonly T[]} values
 * @param {(value: T) => string} keyOf
 * @returns {Map<string, T[]>}
 */
export function groupBy(values, keyOf) {
  const groups = new Map();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}
