// Proves what is written for each model equal to its source, then plants faults in every merged block, one kind at a time, and
// counts how many of them the proof refuses: npm run prove -- MODEL.onnx …
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { onnx, readOnnx } from '../dist/formats/onnx/index.js';
import { optimize } from '../dist/passes/pipeline.js';
import { proveNetwork } from '../dist/proof/impulses/prove-network.js';
import { faults } from './prove/faults.js';

const hash = (chunks) => chunks.reduce((sum, chunk) => sum.update(chunk), createHash('sha256')).digest('hex');

/** The file that is written for a source, its batch norms changed before they are merged. */
function writtenFor(bytes, change = () => {}) {
  const model = readOnnx(bytes);
  for (const node of model.graph.nodesOf('BatchNormalization')) change(node);
  optimize(model);
  const { files } = onnx.write(onnx.lower(model, {}).program, 'model', hash);
  return Buffer.concat(files.get(''));
}

const prove = (source, written) => proveNetwork(readOnnx(source), written);

/** Merged nodes by their label, of those that the proof calls blocks. */
function blocksOf(written, { blocks }) {
  const names = new Set(blocks.map(({ node }) => node));
  return written.graph.sorted().filter((node) => names.has(node.label) && node.constant(1));
}

/** Whether an epsilon that is lost can be seen in float32: it then changes a factor by more than a rounding. */
function losesEpsilon(source, { sources }) {
  return source.graph.nodesOf('BatchNormalization').some((node) => {
    if (!sources.includes(node.label)) return false;
    const epsilon = node.float('epsilon', 1e-5);
    return (node.constant(4)?.toFloat64() ?? []).some((variance) => epsilon / (2 * variance) > 2 ** -23);
  });
}

/** Takes weights and bias from the node of the same name of another file of the same network. */
function takeWeights(node, from) {
  for (const index of [1, 2]) node.constant(index)?.bytes.set(from.constant(index)?.bytes ?? []);
}

function plantLostEpsilon(bytes, written, clean) {
  const without = readOnnx(writtenFor(bytes, (node) => node.attributes.set('epsilon', { kind: 'float', value: 0 })));
  const source = readOnnx(bytes);
  const others = new Map(without.graph.sorted().map((node) => [node.label, node]));
  return blocksOf(written, clean).filter((node) => {
    const block = clean.blocks.find((each) => each.node === node.label);
    if (!losesEpsilon(source, block)) return false;
    takeWeights(node, others.get(node.label));
    return true;
  });
}

let isGood = true;

function count(bytes, file, kind, plant) {
  const written = readOnnx(Buffer.from(file));
  const planted = new Set(plant(written).map(({ label }) => label));
  const { blocks, network } = prove(bytes, written);
  const refused = blocks.filter(({ node, verdict }) => planted.has(node) && verdict === 'different').length;
  const falseAlarms = blocks.filter(({ node, verdict }) => !planted.has(node) && verdict === 'different').length;
  isGood &&= refused === planted.size && falseAlarms === 0 && (planted.size === 0 || !network);
  console.log(`  ${kind}: ${refused} of ${planted.size} refused${falseAlarms ? `, ${falseAlarms} others too` : ''}`);
}

for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path);
  const file = writtenFor(bytes);
  const start = performance.now();
  const clean = prove(bytes, readOnnx(file));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const largest = Math.max(0, ...clean.blocks.map((block) => block.largest ?? 0)) / 2 ** -24;
  const bound = Math.max(0, ...clean.blocks.map((block) => block.bound ?? 0));
  const what = clean.network ? 'the network' : `${clean.proved} of ${clean.blocks.length} blocks`;
  const figures = `largest ${largest.toFixed(4)} x 2^-24, bound ${bound.toExponential(1)}, ${seconds} s`;
  console.log(
    `${basename(dirname(path))}/${basename(path)}: ${what} proved, ${clean.blocks.length} blocks, ${figures}`,
  );
  isGood &&= clean.network;
  for (const [kind, fault] of Object.entries(faults)) {
    count(bytes, file, kind, (written) => blocksOf(written, clean).filter((node) => fault(node)));
  }
  count(bytes, file, 'an epsilon lost', (written) => plantLostEpsilon(bytes, written, clean));
}
process.exitCode = isGood ? 0 : 1;
