import { readFileSync } from 'node:fs';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** What GitHub itself has against an action. */
function objectionsToAction(content: string): string[] {
  const { context } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

/** What GitHub itself has against a workflow. */
async function objectionsToWorkflow(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'github.yml', content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

test('the action is one that GitHub takes, and a misspelt key or expression is not', () => {
  const action = read('action.yml');
  expect(objectionsToAction(action)).toEqual([]);
  expect(objectionsToAction(action.replace('using: composite', 'use: composite'))).not.toEqual([]);
  expect(objectionsToAction(action.replace('shell: bash', 'shel: bash'))).not.toEqual([]);
  expect(objectionsToAction(action.replace('runner.temp', 'machine.temp'))).not.toEqual([]);
});

test('the workflow is one that GitHub takes, and a misspelt key or expression is not', async () => {
  const workflow = read('examples/ci/github.yml');
  expect(await objectionsToWorkflow(workflow)).toEqual([]);
  expect(await objectionsToWorkflow(workflow.replace('runs-on', 'run-on'))).not.toEqual([]);
  expect(await objectionsToWorkflow(workflow.replace('steps.verify', 'step.verify'))).not.toEqual([]);
});

test('so is the workflow that publishes, which may ask for an identity and nothing else', async () => {
  const workflow = read('.github/workflows/publish.yml');
  expect(await objectionsToWorkflow(workflow)).toEqual([]);
  expect(await objectionsToWorkflow(workflow.replace('id-token: write', 'id-token: often'))).not.toEqual([]);
  expect(parse(workflow).permissions).toEqual({ contents: 'read', 'id-token': 'write' });
});
