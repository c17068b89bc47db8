/**
 * Converts the corpus to LiteRT and lets its interpreter for Python judge all files at once, with XNNPACK and with the reference
 * kernels, against PyTorch's answers. Where the batch is open, the file is resized. Ends with "N passed, N failed"; needs
 * `npm run build`. A word that a case's name must hold may be given.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formats } from '../../dist/formats/index.js';
import { convert } from '../../dist/index.js';
import { NotEquivalentError, Tensor, UnsupportedError } from '../../dist/model/index.js';
import { permuteAxes } from '../../dist/trials/axes.js';
import { readNpy } from '../../dist/trials/npy.js';
import { writeNpy } from '../../dist/trials/write-npz.js';
import { judgePython } from '../judge-python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const CORPUS = join(root, '.cache', 'corpus');
const [wanted = ''] = process.argv.slice(2);

/** The limits of each precision; PyTorch's answers and ONNX Runtime's agree on some networks no better. */
const LIMITS = { fp32: 1e-4, fp16: 2e-2, int8: 1e-1 };
const LOOSER = { mobileone_s4: 1e-3 };
/** Images of the digits that are judged at once, where the batch is open. */
const ROWS = 3;

const python = judgePython({
  requirements: join(here, 'requirements.txt'),
  environment: 'litert-venv',
  judges: 'LiteRT files',
  given: process.env.MOBILEONE_LITERT_PYTHON,
});
const litert = await formats.get('litert').load();
const folder = mkdtempSync(join(tmpdir(), 'mobileone-litert-'));
try {
  execFileSync(process.execPath, [join(root, 'fixtures', 'expand.mjs'), CORPUS], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const jobs = [];
  for (const parent of [join(root, 'fixtures', 'digits'), CORPUS]) {
    for (const name of readdirSync(parent).sort()) {
      if (!name.includes(wanted) || !existsSync(join(parent, name, 'case.json'))) continue;
      for (const precision of Object.keys(LIMITS)) jobs.push(await job(join(parent, name), name, precision));
    }
  }
  const { status } = spawnSync(python, [join(here, 'judge.py')], {
    input: JSON.stringify(jobs.flat()),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What is refused has no file to judge, and is named; so is a network whose weights 8 bits cannot hold, as the check finds. */
async function job(source, name, precision) {
  const given = JSON.parse(readFileSync(join(source, 'case.json'), 'utf8'));
  const base = `${name}.${precision}`;
  try {
    const options = { to: ['litert'], outDir: folder, name: base, precision, check: precision === 'int8' };
    await convert(join(source, 'model.onnx'), options);
  } catch (error) {
    if (!(error instanceof UnsupportedError || error instanceof NotEquivalentError)) throw error;
    console.log(`refused ${base}: ${error.message.slice(0, 200)}`);
    return [];
  }
  const model = join(folder, `${base}.tflite`);
  const opened = litert.open({ files: new Map([['', [new Uint8Array(readFileSync(model))]]]), commits: '' });
  const isOpen = opened.inputs[0]?.shape[0] === undefined;
  const rows = 'batch' in given.input ? (isOpen ? ROWS : 1) : undefined;
  const save = (port, file) => {
    const tensor = firstRows(readNpy(new Uint8Array(readFileSync(file))), rows);
    const path = join(folder, `${base}.${port.name.replace(/\W/g, '_')}.npy`);
    writeFileSync(path, writeNpy(port.permutation ? permuteAxes(tensor, port.permutation) : tensor));
    return [port.name, path];
  };
  const looser = Object.entries(LOOSER).find(([start]) => name.startsWith(start))?.[1] ?? 0;
  return [
    {
      name: base,
      model,
      inputs: Object.fromEntries(opened.inputs.map((port) => save(port, join(source, given.input.file)))),
      outputs: Object.fromEntries(opened.outputs.map((port) => save(port, answerOf(source, port.sourceName)))),
      tolerance: Math.max(LIMITS[precision], looser, given.tolerance),
    },
  ];
}

function answerOf(source, output) {
  const own = join(source, `output.${output}.npy`);
  return existsSync(own) ? own : join(source, 'output.npy');
}

function firstRows(tensor, rows) {
  if (rows === undefined) return tensor;
  const [all, ...rest] = tensor.shape;
  const length = (tensor.byteLength / all) * rows;
  return new Tensor(tensor.dtype, [rows, ...rest], tensor.bytes.slice(0, length));
}
