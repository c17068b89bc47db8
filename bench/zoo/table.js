import { formats } from '../../dist/formats/index.js';
import { NOISE } from './model.js';

const TARGETS = Array.from(formats.values(), ({ name, title }) => [name, title]);

const passes = (result) => TARGETS.every(([target]) => result.targets[target].exitCode === 0);
const translated = ({ exitCode, judgements, inFp32 }) =>
  exitCode === 0 ||
  (inFp32?.exitCode === 0 && judgements.some(({ purpose, passes }) => purpose === 'lowering' && passes));
const share = (part, all) => `${part} of ${all} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
const figure = (value) => (value === null || value === undefined ? '-' : value === 0 ? '0' : value.toExponential(1));
const named = (results) => (results.length > 0 ? `: ${results.map(({ name }) => name).join(', ')}` : '');

/** The sentences that the table comes to. */
export function summary(results) {
  const judged = results.filter(({ ideal, after }) => ideal && after);
  const timed = results.filter(({ latency }) => latency !== null);
  const more = judged.filter(
    ({ ideal, after }) => after.convolutions > ideal.convolutions || after.batchNorms > ideal.batch_norms,
  );
  const slower = timed.filter(({ latency }) => latency > NOISE);
  const onlyRounding = results.filter(
    (result) => !passes(result) && TARGETS.every(([target]) => translated(result.targets[target])),
  );
  return [
    `pass all targets: ${share(results.filter(passes).length, results.length)}`,
    `fail by rounding to fp16 alone: ${onlyRounding.length}${named(onlyRounding)}`,
    `more convolutions or batch norms than timm leaves: ${more.length} of ${judged.length}${named(more)}`,
    `slower than the source (over ${NOISE}): ${slower.length} of ${timed.length}${named(slower)}`,
  ].join('\n');
}

/** The whole document: the summary, a row a model, and why whatever failed did. */
export function table(results, version) {
  const head = [
    'model',
    'nodes',
    'conv (timm)',
    'batch norm (timm)',
    ...TARGETS.map(([, label]) => label),
    'to PyTorch',
    'latency',
    's',
  ];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const failures = results.flatMap((result) =>
    TARGETS.filter(([target]) => result.targets[target].exitCode !== 0).map(
      ([target, label]) =>
        `- ${result.name}, ${label}: exit ${result.targets[target].exitCode}, ${asText(result.targets[target].reason)}`,
    ),
  );
  return [
    '# Zoo',
    `Public mobile networks of timm with seeded weights, each exported by TorchScript (\`_ts\` and the opset) and by torch.export
(\`_te\`, \`_raw\` without the exporter's optimiser), converted by version ${version}: one run per target. Written by \`npm run zoo\`;
\`tools/zoo/export.py\` makes the models.`,
    summary(results)
      .split('\n')
      .map((text) => `- ${text}`)
      .join('\n'),
    `Nodes, convolutions and batch norms: before → after; in brackets what is left where timm re-parameterises the network and the
exporter folds batch norms. A target's column: the largest error relative to the output's scale, of the translation at fp32 and, after a
comma, of the file as written where that is fp16; or the exit code. To PyTorch: the fused ONNX against PyTorch's own answer. Latency: what the fused
ONNX takes of the source's processor time in ONNX Runtime, one thread, median of paired runs. Seconds: all runs together, on a machine
that does other work as well.`,
    [line(head), line(head.map(() => '---')), ...results.map((result) => line(row(result)))].join('\n'),
    ...(failures.length > 0 ? ['## What failed', failures.join('\n')] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

function row({ name, before, after, ideal, targets, againstAnswer, latency }) {
  const change = (count) => (after ? `${before[count]} → ${after[count]}` : '-');
  const beside = (key) => (ideal ? ` (${ideal[key]})` : '');
  return [
    name,
    change('nodes'),
    change('convolutions') + beside('convolutions'),
    change('batchNorms') + beside('batch_norms'),
    ...TARGETS.map(([target]) => cell(targets[target])),
    figure(againstAnswer),
    latency === null ? '-' : latency.toFixed(3),
    TARGETS.reduce((sum, [target]) => sum + targets[target].seconds, 0).toFixed(0),
  ];
}

function cell({ exitCode, judgements, inFp32 }) {
  const errors = judgements.map(({ error }) => figure(error)).join(', ');
  if (exitCode === 0) return errors;
  const fp32 = inFp32
    ? `; fp32 ${inFp32.exitCode === 0 ? figure(inFp32.judgements[0].error) : `exit ${inFp32.exitCode}`}`
    : '';
  return `**exit ${exitCode}**${errors && `: ${errors}`}${fp32}`;
}

/** A sentence of the tool inside Markdown. */
function asText(reason) {
  return (reason ?? '').replace(/[<>*_`|]/g, (sign) => `\\${sign}`);
}
