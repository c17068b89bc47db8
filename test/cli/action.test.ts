import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { scratch } from '../files/scratch.js';
import { DIGITS, program } from './run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const yaml = (file: string): unknown => parse(fs.readFileSync(path.join(root, file), 'utf8'), { strict: true });

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string; value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const action = yaml('action.yml') as Action;
const workflow = yaml('examples/ci/github.yml') as Workflow;
const workflowSteps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);
const shellSteps = action.runs.steps.filter(({ run }) => run !== undefined);

/** Runs a step of the action as a runner does: inputs go into its environment, and nowhere else. */
function runStep({ run = '', env = {} }: Step, inputs: Readonly<Record<string, string>>, place: string, more = {}) {
  const given = (name: string) => inputs[name] ?? action.inputs[name]?.default ?? '';
  const filled = Object.entries(env).map(([key, value]) => [
    key,
    value
      .replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, name) => given(name))
      .replace(/\$\{\{ runner\.temp \}\}/, place),
  ]);
  return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
    cwd: place,
    env: { ...process.env, GITHUB_OUTPUT: path.join(place, 'outputs'), ...Object.fromEntries(filled), ...more },
    encoding: 'utf8',
  });
}

test('the action is a composite one whose inputs reach a shell through the environment alone', () => {
  expect(action.runs.using).toBe('composite');
  expect(Object.keys(action.outputs).sort()).toEqual(['report', 'verdict']);
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
    expect(description).not.toBe('');
  }
  expect(shellSteps).toHaveLength(2);
  for (const { run, shell, env } of shellSteps) {
    expect(shell).toBe('bash');
    expect(run).not.toContain('${{');
    const read = [...JSON.stringify(env).matchAll(/\$\{\{ (.*?) \}\}/g)].map(([, name]) => name);
    for (const name of read) expect(name).toMatch(/^(inputs\.[a-z-]+|runner\.temp)$/);
  }
  const asked = JSON.stringify(action.runs)
    .match(/inputs\.[a-z-]+/g)
    ?.map((name) => name.slice('inputs.'.length));
  expect(new Set(asked)).toEqual(new Set(Object.keys(action.inputs)));
});

test('other actions are those of GitHub, by major tag; the example gives ours what it knows', () => {
  const uses = [...action.runs.steps, ...workflowSteps].flatMap((step) => step.uses ?? []);
  expect(uses.filter((name) => !name.includes('/mobileone@'))).toHaveLength(3);
  for (const name of uses) expect(name).toMatch(/^(actions\/[a-z-]+@v\d+|your-organisation\/mobileone@main)$/);
  const ours = workflowSteps.filter((step) => step.uses?.includes('mobileone'));
  expect(ours).toHaveLength(2);
  for (const { with: given = {} } of ours) {
    for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name);
    for (const [name, { required }] of Object.entries(action.inputs)) {
      if (required) expect(Object.keys(given)).toContain(name);
    }
  }
});

test('the examples ask for what the program knows', () => {
  const known = new Set(
    execFileSync(process.execPath, [program(), 'help', 'convert'], { encoding: 'utf8' }).match(/--[a-z-]+/g),
  );
  const gitlab = yaml('examples/ci/gitlab.yml') as { models: { script: string[]; artifacts: Record<string, unknown> } };
  const conversions = [
    ...gitlab.models.script.filter((line) => line.includes('mobileone convert')),
    ...workflowSteps.flatMap((step) => (step.with?.command === 'convert' ? String(step.with.options) : [])),
  ];
  expect(conversions).toHaveLength(2);
  for (const flag of conversions.join('\n').match(/--[a-z-]+/g) ?? []) expect(known).toContain(flag);
  expect(gitlab.models.artifacts).toMatchObject({ when: 'always', reports: { junit: 'reports/*.xml' } });
});

/** An `npm` that says what it was asked, and unpacks a tarball with the packages of this repository beside it. */
const NPM = `#!/usr/bin/env bash
printf '%s\\n' "$@" > "$(dirname "$0")/asked"
spec="\${@: -1}"
if [ -f "$spec" ]; then
  mkdir -p "$3/node_modules/mobileone"
  tar -xzf "$spec" -C "$3/node_modules/mobileone" --strip-components 1
  ln -s "$PACKAGES" "$3/node_modules/mobileone/node_modules"
fi
`;

/** A place where the action runs, with that npm. */
function runner(): { readonly place: string; readonly env: NodeJS.ProcessEnv; readonly asked: () => string[] } {
  const place = scratch();
  const bin = path.join(place, 'bin');
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, 'npm'), NPM, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH}`, PACKAGES: path.join(root, 'node_modules') };
  return { place, env, asked: () => fs.readFileSync(path.join(bin, 'asked'), 'utf8').trim().split('\n') };
}

const [install, run] = shellSteps as [Step, Step];

test.each([
  ['1.2.3', 'mobileone@1.2.3'],
  ['latest', 'mobileone@latest'],
  ['$(touch pwned); `touch pwned`', 'mobileone@$(touch pwned); `touch pwned`'],
])('%j is installed as %j, without scripts of packages', (given, spec) => {
  const { place, env, asked } = runner();
  expect(runStep(install, { package: given }, place, env).status).toBe(0);
  expect(asked()).toEqual(expect.arrayContaining(['install', '--ignore-scripts', `${place}/mobileone`]));
  expect(asked().slice(-2)).toEqual(['--', spec]);
  expect(fs.existsSync(path.join(place, 'pwned'))).toBe(false);
});

test('a tarball is installed, converts and fails as asked, and says both', () => {
  const { place, env, asked } = runner();
  expect(fs.existsSync(program())).toBe(true);
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', place];
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  expect(runStep(install, { package: `./${tarball}` }, place, env).status).toBe(0);
  expect(asked().at(-1)).toBe(path.join(place, tarball));

  const model = path.join(place, 'a model; touch pwned.onnx');
  fs.copyFileSync(DIGITS, model);
  const inputs = {
    command: 'convert',
    files: `${model}\n`,
    options: '--out-dir\nmy dist\n--to\nonnx,tfjs\n',
    reports: 'my reports',
  };
  const outputs = () => fs.readFileSync(path.join(place, 'outputs'), 'utf8');
  const converted = runStep(run, inputs, place, env);
  expect([converted.status, converted.stderr]).toEqual([0, '']);
  expect(outputs()).toBe('verdict=equivalent\nreport=my reports/report.json\n');
  expect(fs.readdirSync(path.join(place, 'my reports')).sort()).toEqual(['report.html', 'report.json', 'report.xml']);
  expect(fs.readdirSync(path.join(place, 'my dist'))).toHaveLength(2);

  fs.rmSync(path.join(place, 'outputs'));
  const options = '--out-dir\nother\n--tolerance\n0\n';
  expect(runStep(run, { ...inputs, options }, place, env).status).toBe(5);
  expect(outputs()).toBe('verdict=different\nreport=my reports/report.json\n');

  fs.rmSync(path.join(place, 'outputs'));
  expect(runStep(run, { ...inputs, options: '--precision\nfp15' }, place, env).status).toBe(2);
  expect(outputs()).toBe('verdict=failed\nreport=\n');
  expect(fs.existsSync(path.join(place, 'pwned'))).toBe(false);
});
