import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { Report } from '../../src/report/index.js';
import { junitXml } from '../../src/report/junit.js';
import { artefact, candidate, check, error, figures, HOSTILE, model, reportOf, toldInFull } from './reports.js';

const schema = readFileSync(new URL('junit-10.xsd', import.meta.url), 'utf8');

/** What libxml2 finds wrong with test results, by the schema that Jenkins publishes for them. */
async function faults(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [schema] });
  return errors.map(({ rawMessage }) => rawMessage);
}

/** The text as libxml2 read it, without what it escapes. */
async function normalised(xml: string): Promise<string> {
  const { normalized } = await validateXML({ xml, schema: [schema], normalization: 'format' });
  return normalized;
}

const attributes = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map((m) => m[1]);

const HOSTILE_REPORT: Report = reportOf([
  model({
    source: { ...model().source, path: HOSTILE },
    artefacts: [
      artefact({
        path: HOSTILE,
        notes: [HOSTILE],
        check: check([figures({ output: HOSTILE, failures: [HOSTILE] }), figures({ output: 'true' })], {
          verdict: 'different',
          error: error({ what: HOSTILE, node: HOSTILE, todo: HOSTILE }),
        }),
      }),
    ],
  }),
]);

test('a case for each artefact, each output and each check, valid by the schema', async () => {
  const lowering = check([figures()]).judgements.map((each) => ({ ...each, purpose: 'lowering' as const }));
  const half = check([figures({ error: 1.6e-3, limit: 2e-2 }), figures({ output: 'features' })]);
  const xml = junitXml(
    reportOf([
      model({
        artefacts: [
          artefact(),
          artefact({ path: 'network.mlpackage', check: { ...half, judgements: [...lowering, ...half.judgements] } }),
        ],
      }),
    ]),
  );
  expect(await faults(xml)).toEqual([]);
  expect(attributes(xml, 'name')).toEqual([
    'mobileone convert',
    'network.onnx',
    'network.fused.onnx: verdict',
    'network.fused.onnx: logits (fp32)',
    'network.mlpackage: verdict',
    'network.mlpackage: logits (with fp32 constants)',
    'network.mlpackage: logits (fp32)',
    'network.mlpackage: features (fp32)',
  ]);
  expect([attributes(xml, 'tests'), attributes(xml, 'failures')]).toEqual([
    ['6', '6'],
    ['0', '0'],
  ]);
});

test('what differs fails, what could not be compared is an error, what was not checked is skipped', async () => {
  const xml = junitXml(
    reportOf([
      model({
        candidates: [
          toldInFull(),
          candidate({
            path: 'budget.onnx',
            exitCode: 7,
            error: error({ kind: 'GateError', what: 'has 2.1 times the bytes' }),
          }),
          candidate({ path: 'foreign.onnx', check: null, exitCode: 8, error: error({ kind: 'EngineError' }) }),
        ],
        artefacts: [artefact({ check: null })],
      }),
      model({ exitCode: 3, error: error({ kind: 'InputError', what: 'not found', file: 'missing.onnx' }) }),
    ]),
  );
  expect(await faults(xml)).toEqual([]);
  const elements = (name: string) =>
    xml.match(new RegExp(`<${name} message="[^"]*"`, 'g'))?.map((m) => m.split('"')[1]);
  expect(elements('failure')).toEqual([
    'mobileone: the error 3.1e-2 of logits is over 1.0e-5',
    'the error 3.1e-2 is over its limit',
    '12 blocks proved, 1 not',
    'mobileone: has 2.1 times the bytes',
  ]);
  expect(elements('error')).toEqual(['mobileone: differs', 'mobileone: missing.onnx: not found']);
  expect(elements('skipped')).toEqual(['was not checked']);
  expect(attributes(xml, 'failures')).toEqual(['4', '4', '0']);
  expect(attributes(xml, 'errors')).toEqual(['2', '1', '1']);
  expect(xml).toContain('top-1 0.935 [0.925, 0.945], the reference 0.955 [0.945, 0.965]');
  expect(xml).toMatch(/<failure message="[^"]*">the error 3\.1e-2 is over its limit\nerror 3\.1e-2, limit 1\.3e-5/);
});

test('no two cases of a run have one name', () => {
  const same = artefact({ check: check([figures(), figures(), figures({ output: 'logits (fp32) (2)' })]) });
  const xml = junitXml(reportOf([model({ artefacts: [same, same] }), model({ artefacts: [same] })]));
  const names = attributes(xml, 'name').filter((name) => name?.includes(': '));
  expect(names).toHaveLength(12);
  expect(new Set(names).size).toBe(12);
});

test('names from strangers stay text', async () => {
  const xml = junitXml(HOSTILE_REPORT);
  expect(await faults(xml)).toEqual([]);
  const read = await normalised(xml);
  expect(read).not.toContain('<script>');
  expect(read).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(attributes(xml, 'name')).toContainEqual(expect.stringMatching(/: true \(fp32\)$/));
});

test('what the schema does not know is found', async () => {
  expect(await faults('<testsuites><testcase/></testsuites>')).not.toEqual([]);
  expect(await faults('<testsuites name="\u0001"/>')).not.toEqual([]);
});
