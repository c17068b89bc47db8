const TARGETS = { onnx: 'ONNX', litert: 'LiteRT', coreml: 'Core ML' };
/** Processes that want to run: above it times tell little. */
const BUSY = 2;
const HEAD = [
  'tool',
  'convolutions, batch norms',
  's, unchecked',
  's, checked',
  'peak MiB',
  'latency against ours',
  'error',
  'MB installed',
];

/** The table of one model. */
export function quoted({ name, rows, judge, load }) {
  const ordered = Object.keys(TARGETS).flatMap((target) => rows.filter((row) => row.target === target));
  const lines = [HEAD, HEAD.map(() => '---'), ...ordered.map(cells)].map((line) => `| ${line.join(' | ')} |`);
  const notes = rows.filter(({ note }) => note).map(({ title, note }) => `${title}: ${note}.`);
  const busy = load > BUSY ? '; measured beside other work, so that times are to be read as ratios' : '';
  return [`${name}; errors against ${judge}${busy}:`, '', ...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join(
    '\n',
  );
}

function cells({ title, target, failure, megabytes, convolutions, batchNorms, unchecked, checked, ratio, error }) {
  const name = title.startsWith('mobileone') || target === 'onnx' ? title : `${title} (${TARGETS[target]})`;
  const installed = megabytes === undefined ? '–' : megabytes.toFixed(0);
  if (failure) return [name, failure.replaceAll('|', '/'), '–', '–', '–', '–', '–', installed];
  const count = convolutions === undefined ? '–' : `${convolutions}, ${batchNorms}`;
  const peak = Math.max(unchecked?.mebibytes ?? 0, checked?.mebibytes ?? 0);
  return [
    name,
    count,
    unchecked?.seconds.toFixed(2) ?? '–',
    checked?.seconds.toFixed(2) ?? '–',
    peak > 0 ? peak.toFixed(0) : '–',
    ratio ? (1 / ratio).toFixed(2) : '–',
    error === undefined || error === null ? '–' : error.toExponential(1),
    installed,
  ];
}

/** The whole page, with how it was measured. */
export function page(results, { version, node, cores, rounds }) {
  const tables = results.map((result) => `## ${result.name}\n\n${quoted(result)}`).join('\n\n');
  return `# What other tools make of the same file

\`npm run bench:peers\` writes this page: version ${version}, Node ${node}, ${cores} cores, whole processes, ${rounds > 0 ? `medians of ${rounds} runs in turn` : 'one run each'}. Every
tool lives in a Python environment of its own (\`.cache/peers\`), with what \`bench/peers/requirements\` pins; what it is told is in
\`bench/peers/python\`. Another folder of models, each \`NAME/model.onnx\`, is compared by \`npm run bench:peers -- FOLDER\`.

- **Convolutions, batch norms**: what is left in the file. The fewest that can be left is what PyTorch's own re-parameterisation leaves.
- **s, unchecked** and **s, checked**: each without comparing what it made with the source, and with it, where it can. Unchecked times are to be
  compared with unchecked ones.
- **Peak MiB**: the most memory that its largest process held.
- **Latency against ours**: one thread, paired runs, the median ratio; above 1 our file is faster, within 0.01 of it they tie. ONNX files run in
  ONNX Runtime with its default optimisations, LiteRT files in TensorFlow Lite's interpreter. Core ML runs on a Mac alone.
- **Error**: the largest difference from what is right, as a share of the largest answer.
- **MB installed**: the packages, as a disk counts, without Python, Node and compiled Python. coremltools needs PyTorch to be given a network,
  whose package for Linux brings GPU libraries.

${tables}
`;
}
