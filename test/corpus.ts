import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const DIGITS = join(root, 'fixtures', 'digits');

const CORPUS = join(root, '.cache', 'corpus');
let isWritten = false;

/** Where the full-size networks are, written by who asks first; see `fixtures/README.md`. */
export function corpusFolder(): string {
  if (!isWritten) execFileSync(process.execPath, ['fixtures/expand.mjs', CORPUS], { cwd: root, stdio: 'pipe' });
  isWritten = true;
  return CORPUS;
}

interface Description {
  readonly source: string;
  readonly exporter: string;
  readonly task: string;
  readonly as_exported: { readonly nodes: number; readonly convolutions: number };
  readonly ideal: {
    readonly convolutions: number;
    readonly nodes?: number;
    readonly batch_norms_left_by_pytorch?: number;
  };
  readonly tolerance: number;
  readonly outputs: readonly string[];
}

/** A real export with its answers. */
export interface Case extends Description {
  readonly name: string;
  readonly model: string;
  /** `.npy` of the input; digits have 200 images, to be run one at a time where the batch is fixed. */
  readonly input: string;
  /** `.npy` of the answers, by output name. */
  readonly answers: ReadonlyMap<string, string>;
}

function caseIn(folder: string, name: string, input: string): Case {
  const description = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Description;
  const answers = new Map(
    description.outputs.map((output) => {
      const own = join(folder, `output.${output}.npy`);
      return [output, existsSync(own) ? own : join(folder, 'output.npy')] as const;
    }),
  );
  return { ...description, name, model: join(folder, 'model.onnx'), input, answers };
}

/** The trained digits network, in every export that the folder holds. */
export function digitsCases(): Case[] {
  return readdirSync(DIGITS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => caseIn(join(DIGITS, name), name, join(DIGITS, 'images.npy')));
}

export function fullSizeCases(): Case[] {
  const folder = corpusFolder();
  return readdirSync(folder).map((name) => caseIn(join(folder, name), name, join(folder, name, 'input.npy')));
}

export function allCases(): Case[] {
  return [...digitsCases(), ...fullSizeCases()];
}
