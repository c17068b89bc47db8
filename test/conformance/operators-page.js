import { formats } from '../../dist/formats/index.js';
import * as meanings from '../../dist/operators/rows/index.js';
import { SCHEMAS } from '../../dist/operators/schemas.js';
import { groupBy } from './tally.js';

/** @typedef {import('./run-cases.js').Result} Result */

const targets = await Promise.all(Array.from(formats.values(), (format) => format.load()));
const TITLES = Object.fromEntries(targets.map(({ name, title }) => [name, title]));
/** Reasons of one operator that are spelled out; the rest is counted. */
const LISTED = 4;

/** Rows that write an operator. ONNX has none: what is not rewritten is passed on as it is. */
const written = Object.fromEntries(targets.map(({ name, operators }) => [name, operators]));
const known = new Set(Object.values(meanings).map(({ name }) => name));

/**
 * `docs/operators.md`: what the tables of operators hold, and what ONNX's node tests say of it.
 * @param {readonly Result[]} results
 * @param {import('./tally.js').Tally} counts
 * @param {string} version of the `onnx` package that the tests come from
 */
export function operatorsPage(results, counts, version) {
  const own = results.filter(({ expanded }) => !expanded);
  const bodies = results.filter(({ expanded }) => expanded);
  return `${[
    introduction(version),
    summary(counts),
    '## Operators',
    `A cell says how many of the judged tests are right. *refused*: all of them, by name. *row*: the operator is written, but
no test of it is judged. –: no row. *Meaning* says whether mobileone knows the operator's parameters and the types of its
results in every version; without it, ONNX output passes the operator on, and its results have unknown shapes.`,
    operatorTable(own),
    '## Bodies of functions',
    `Operators that the standard defines as a function of others, given as the body of that function: what these graphs hold are
the simple operators.`,
    bodyTable(bodies),
    ...Object.keys(written).map((target) => refusals(results, target)),
    unjudged(results),
  ].join('\n\n')}\n`;
}

function introduction(version) {
  return `# Operators

Written by \`npm run conformance -- --update\`; CI fails where it is out of date. A part, with the reason of every refusal:
\`npm run conformance -- --only '^Conv$' --to tfjs\`.

The ONNX standard brings tests of its own for every operator (\`onnx.backend.test\`, here of onnx ${version}): a model, its inputs
and the outputs that are right. Each is read, optimised, written for a target, read back and run: in ONNX Runtime for ONNX, in
TensorFlow.js's wasm backend, in LiteRT's web runtime, and for Core ML, which runs on Apple's systems alone, as what our reader finds
in the written package, in ONNX Runtime and float32. The outputs are compared with those of the test, within the tolerance of the test.

- **right**: the answers are those of the standard.
- **refused**: the target cannot express it, and mobileone says so by name instead of writing a file (exit code 3 or 4).
- **wrong**: anything else. There must be none.
- **not judged**: ONNX Runtime itself, on the untouched model, does not load it or gives other answers. Here it is only
  proven that mobileone writes a file or refuses by name.

Node tests give everything as inputs of the graph, also axes, shapes and weights, which in a network are constants and which targets
mostly take only so. So each test is run in several forms: as it is; with its parameters (inputs after the first that are
integers, booleans, or of rank 0 or 1) as constants; and with all inputs but the first as constants; for ONNX also with everything
constant, which shows what folding computes. A test is wrong where it is wrong in one form, also where the types and shapes that
were inferred do not hold of the right outputs, and right where it is right in one.`;
}

function summary({ tests, restated, notJudged, targets }) {
  const rows = Object.entries(targets).map(([target, { right, refused, wrong, operators }]) => [
    TITLES[target],
    right,
    refused,
    wrong,
    notJudged,
    operators,
  ]);
  return `## Counts

Of ${tests} tests, ${restated} are judged under operator set 26 although they are written in a later one, which no engine loads
yet: those that ONNX's checker takes so, and to which ONNX Runtime gives the test's answer. The operators have a new version
there for new element types.

${table(['Target', 'right', 'refused', 'wrong', 'not judged', 'operators with a test that is right'], rows)}`;
}

function operatorTable(own) {
  const since = new Map(
    SCHEMAS.trim()
      .split('\n')
      .map((line) => [line.split(' ')[0], Number.parseInt(line.split(' ')[1], 10)]),
  );
  const tested = groupBy(own, ({ operator }) => operator);
  const names = [...new Set([...since.keys(), ...tested.keys()])].sort();
  const rows = names.map((name) => {
    const tests = tested.get(name) ?? [];
    return [
      name,
      since.get(name) ?? '',
      known.has(name) ? 'yes' : '–',
      tests.length,
      judgedOf(tests).length,
      ...Object.entries(written).map(([target, list]) => cell(tests, target, list?.has(name) ?? false)),
    ];
  });
  return table(['Operator', 'since opset', 'meaning', 'tests', 'judged', ...Object.values(TITLES)], rows);
}

function bodyTable(bodies) {
  const rows = Array.from(
    groupBy(bodies, ({ operator }) => operator),
    ([name, tests]) => [
      name,
      tests.length,
      judgedOf(tests).length,
      ...Object.keys(written).map((target) => cell(tests, target, false)),
    ],
  );
  return table(['Body of', 'tests', 'judged', ...Object.values(TITLES)], rows);
}

function judgedOf(tests) {
  return tests.filter(({ source }) => source.outcome === 'right');
}

function cell(tests, target, hasRow) {
  const judged = judgedOf(tests);
  const count = (outcome) => judged.filter((test) => test.targets[target]?.outcome === outcome).length;
  if (judged.length === 0) return hasRow ? 'row' : '–';
  if (count('wrong') > 0) return `**${count('wrong')} wrong**`;
  return count('right') === 0 ? (hasRow ? 'refused' : '–') : count('right');
}

/** Why a target refuses, by the operator that it names. */
function refusals(results, target) {
  const refused = judgedOf(results)
    .map((result) => result.targets[target])
    .filter((outcome) => outcome?.outcome === 'refused');
  const lines = [];
  const without = [];
  for (const [operator, outcomes] of groupBy(refused, ({ operator = '' }) => operator)) {
    if (operator !== '' && !written[target]?.has(operator)) without.push(`${operator} ${outcomes.length}`);
    else lines.push(`- ${operator || 'The model as a whole'} ${outcomes.length}: ${reasons(outcomes)}`);
  }
  if (without.length > 0) lines.push(`- Operators without a row: ${without.join(', ')}`);
  return `## Refused by ${TITLES[target]}\n\nThe first reason of each test, with the number of tests.\n\n${lines.join('\n')}`;
}

function reasons(outcomes) {
  const groups = [...groupBy(outcomes, ({ reason }) => reason ?? '')].sort((a, b) => b[1].length - a[1].length);
  const listed = groups.slice(0, LISTED).map(([reason, tests]) => `${reason} (${tests.length})`);
  const rest = groups.slice(LISTED).reduce((sum, [, tests]) => sum + tests.length, 0);
  return [...listed, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** What ONNX Runtime says, in a few kinds. The first that matches counts. */
const CAUSES = [
  [/^a value is a /, 'a value is a sequence or an optional, which is not given to engines here'],
  [/^another answer: /, 'it runs, and gives another answer than the standard'],
  [/Unsupported model IR version|ValidateOpsetForDomain/, 'its operator set is newer than the engine'],
  [
    /Unsupported data type|Tensor.type is not supported/,
    'its element type cannot be given to the engine from JavaScript',
  ],
  [
    /not a registered function|Could not find an implementation|Failed to find kernel/,
    'the engine has no such operator, version or type',
  ],
  [/./, 'the engine refuses the model, or fails in it'],
];

function unjudged(results) {
  const left = results.filter(({ source }) => source.outcome !== 'right');
  const causes = CAUSES.map(([, cause]) => cause);
  const causeOf = ({ source }) => CAUSES.find(([pattern]) => pattern.test(source.reason ?? ' '))?.[1] ?? '';
  const groups = groupBy(left, causeOf);
  const lines = causes
    .filter((cause) => groups.has(cause))
    .map((cause) => {
      const tests = groups.get(cause) ?? [];
      const operators = Array.from(
        groupBy(tests, ({ operator, expanded }) => (expanded ? `body of ${operator}` : operator)),
        ([operator, each]) => (each.length > 1 ? `${operator} ${each.length}` : operator),
      );
      return `- ${tests.length}: ${cause}. ${operators.join(', ')}`;
    });
  return `## Not judged\n\nWhat keeps ONNX Runtime from being the judge, and the operators whose tests these are.\n\n${lines.join('\n')}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
