import { readFileSync } from 'node:fs';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { Ajv } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const FOLDER = new URL('../../examples/validate/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

/** What GitHub itself has against a workflow. */
async function objections(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'github.yml', content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

test('the workflow is one that GitHub takes, and a misspelt key or expression is not', async () => {
  const workflow = read('github.yml');
  expect(await objections(workflow)).toEqual([]);
  expect(await objections(workflow.replace('runs-on', 'run-on'))).not.toEqual([]);
  expect(await objections(workflow.replace('strategy.job-total', 'strategies.job-total'))).not.toEqual([]);
  expect(await objections(workflow.replace('needs: judge', 'needs: judges'))).not.toEqual([]);
});

test('the jobs are ones that Kubernetes takes, and a misspelt field is not', () => {
  const schema = createGenerator({
    path: new URL('../../node_modules/kubernetes-types/batch/v1.d.ts', import.meta.url).pathname,
    type: 'Job',
    skipTypeCheck: true,
  }).createSchema('Job');
  const isJob = new Ajv({ strict: false }).compile(JSON.parse(JSON.stringify(schema)));
  for (const file of ['kubernetes.yaml', 'merge.yaml']) {
    expect(isJob(parse(read(file))), file).toBe(true);
    expect(isJob(parse(read(file).replace('mountPath', 'path'))), file).toBe(false);
  }
  expect(isJob(parse(read('kubernetes.yaml').replace('completionMode', 'mode')))).toBe(false);
});

test('both ask for as many parts as they make', () => {
  const workflow = parse(read('github.yml'));
  const { spec } = parse(read('kubernetes.yaml'));
  expect(workflow.jobs.judge.strategy.matrix.shard).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const [container] = spec.template.spec.containers;
  expect(container.args[0]).toContain(`--shards ${spec.completions} `);
});
