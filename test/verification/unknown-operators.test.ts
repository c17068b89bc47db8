import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { verifyAll } from '../../src/commands/verify/verify.js';
import { writeOnnx } from '../../src/index.js';
import { allNodes } from '../../src/model/index.js';
import { scratch } from '../files/scratch.js';
import { network } from '../network.js';

const FOREIGN = fileURLToPath(new URL('../../fixtures/foreign', import.meta.url));

async function judged(reference: string, candidate: string) {
  const { report, error } = await verifyAll(reference, [candidate], {});
  return { code: report.exitCode, verdict: report.verdict, what: error?.what };
}

test('an ONNX file with an operator of a domain that the engine has not is not judged, by its name', async () => {
  const folder = scratch();
  const [reference, candidate] = ['relu.onnx', 'custom.onnx'].map((name) => path.join(folder, name));
  const plain = network((n) => n.relu(n.input([1, 4])));
  writeFileSync(reference ?? '', writeOnnx(plain));
  const custom = network((n) => n.relu(n.input([1, 4])));
  custom.opsets.set('com.acme', 1);
  for (const node of allNodes(custom.graph)) Object.assign(node, { domain: 'com.acme', operator: 'Rectify' });
  writeFileSync(candidate ?? '', writeOnnx(custom));
  expect(await judged(reference ?? '', candidate ?? '')).toEqual({
    code: 8,
    verdict: 'not compared',
    what: 'not judged: its engine does not know the operator com.acme:Rectify',
  });
});

test.each(['Cholesky', 'Einsum'])(
  'a TensorFlow.js model with %s, which the engine lacks, is not judged',
  async (name) => {
    const folder = path.join(scratch(), 'model');
    cpSync(path.join(FOREIGN, 'tensorflowjs'), folder, { recursive: true });
    const file = path.join(folder, 'model.json');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(/("op": *)"Relu"/, `$1"${name}"`);
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
    expect(await judged(path.join(FOREIGN, 'source.onnx'), folder)).toEqual({
      code: 8,
      verdict: 'not compared',
      what: `not judged: its engine does not know the operator ${name}`,
    });
  },
);
