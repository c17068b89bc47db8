import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { latencyRatio } from '../tools/latency.js';
import { mebibytesOf, median, secondsOf } from '../tools/whole-process.js';
import { errorOf, knownAnswers } from './answers.js';
import { countOnnx } from './count-onnx.js';
import { script, TITLES } from './tools.js';

/** What every tool makes of one model: a row each, the source and this program first. */
export async function compare(path, own, tools, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  try {
    const contenders = [...ownContenders(path, own, folder), ...tools.map((tool) => contender(path, tool, folder))];
    for (const each of contenders) {
      tryOnce(each);
      console.log(`${each.title}: ${each.failure ?? each.note ?? 'done'}`);
    }
    const commands = contenders.flatMap(({ runs }) => runs);
    for (let round = 0; round < rounds; round++) {
      for (const run of commands) run.seconds.push(secondsOf(run.command));
    }
    const known = await knownAnswers(path);
    const written = (target) => contenders.find((each) => each.isOwn && each.target === target);
    // The tools first: they count what lies in our files of their format, too.
    const rows = [];
    for (const each of contenders.toReversed()) rows.unshift(await rowOf(each, written(each.target), known));
    return { rows: [await sourceRow(path, written('onnx'), known), ...rows], judge: known.judge };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ownContenders(path, { program, megabytes }, folder) {
  const targets = { onnx: 'model.fused.onnx', litert: 'model.tflite', coreml: 'model.mlpackage' };
  return Object.entries(targets).map(([target, writes]) => {
    const args = [
      program,
      'convert',
      path,
      '--quiet',
      '--to',
      target,
      '--precision',
      'fp32',
      '--out-dir',
      folder,
      '--name',
      'model',
    ];
    return {
      title: `mobileone, ${target}`,
      isOwn: true,
      target,
      megabytes,
      file: join(folder, writes),
      unchecked: { node: process.execPath, args: [...args, '--no-check'] },
      checked: { node: process.execPath, args },
    };
  });
}

function contender(path, { name, writes, target = 'onnx', checks, python, megabytes, failure }, folder) {
  const place = join(folder, name);
  mkdirSync(place);
  const args = [script('measured'), script(`${name}_peer`), ownCopy(path, join(place, 'source')), place];
  return {
    title: TITLES[name],
    name,
    target,
    python,
    megabytes,
    failure,
    file: join(place, writes),
    unchecked: { node: python, args },
    ...(checks ? { checked: { node: python, args: [...args, '--check'] } } : {}),
  };
}

/** The model and its external data once more: there are tools that write over what they are given. */
function ownCopy(path, folder) {
  mkdirSync(folder);
  const parts = readdirSync(dirname(path)).filter(
    (name) => name === basename(path) || !/\.(onnx|npy|npz|json)$/.test(name),
  );
  for (const name of parts) cpSync(join(dirname(path), name), join(folder, name), { recursive: true });
  return join(folder, basename(path));
}

/** The first run of each, for memory: who fails here is not timed. Checked first, so that what lies there then was written unchecked. */
function tryOnce(each) {
  each.runs = [];
  if (each.failure) return;
  for (const way of ['checked', 'unchecked']) {
    const command = each[way];
    if (!command) continue;
    const start = process.hrtime.bigint();
    try {
      const mebibytes = mebibytesOf(command);
      const first = Number(process.hrtime.bigint() - start) / 1e9;
      each.runs.push({ way, command, mebibytes, first, seconds: [] });
    } catch (error) {
      const [, code, said] = /ended with (\w+): ([\s\S]*)/.exec(error.message) ?? [];
      const reason = (said?.trim() || `ends with ${code}`).split('\n').at(-1).slice(0, 160);
      if (way === 'checked') each.note = `its own check fails: ${reason}`;
      else each.failure = `fails: ${reason}`;
    }
  }
  if (!each.failure && !existsSync(each.file)) each.failure = 'fails: it writes nothing';
  if (each.failure) each.runs = [];
}

async function sourceRow(path, own, known) {
  return {
    title: 'as exported',
    target: 'onnx',
    ...countOnnx(path),
    error: await errorOf(path, known),
    ratio: own.failure ? null : (await latencyRatio(own.file, path, known.inputs[0].shape)).ratio,
  };
}

async function rowOf(each, own, known) {
  const { title, target, isOwn, note, megabytes, failure, byTool } = each;
  if (failure) return { title, target, megabytes, failure };
  const timed = (way) => {
    const run = each.runs.find((one) => one.way === way);
    return run && { seconds: run.seconds.length > 0 ? median(run.seconds) : run.first, mebibytes: run.mebibytes };
  };
  const figures = { title, target, isOwn, note, megabytes, unchecked: timed('unchecked'), checked: timed('checked') };
  return { ...figures, ...(isOwn && target !== 'onnx' ? byTool : await judged(each, own, known)) };
}

/** Counts, and where an engine runs the file here its error and how long ours takes against it. */
async function judged(each, own, known) {
  const { target, file, python, isOwn } = each;
  if (target === 'onnx') {
    const ratio = isOwn ? 1 : (await latencyRatio(own.file, file, known.inputs[0].shape)).ratio;
    return { ...countOnnx(file), error: await errorOf(file, known), ratio };
  }
  const asked = (name, ...args) =>
    JSON.parse(execFileSync(python, [script(name), ...args], { encoding: 'utf8', stdio: 'pipe' }));
  if (target === 'coreml') {
    own.byTool = asked('count_coreml', own.file);
    return asked('count_coreml', file);
  }
  const facts = `${file}.json`;
  const plain = ({ data, shape }) => ({ data: Array.from(data), shape });
  writeFileSync(facts, JSON.stringify({ input: plain(known.inputs[0]), output: plain(known.answers[0][0]) }));
  const { ownError, ...against } = asked('compare_tflite', own.file, file, facts);
  own.byTool = { ...asked('count_tflite', own.file), error: ownError, ratio: 1 };
  return { ...asked('count_tflite', file), ...against };
}
