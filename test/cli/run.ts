import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A small trained network as PyTorch exports it, with batch norms and branches. */
export const DIGITS = path.join(root, 'fixtures', 'digits', 'digits_ts13_bn', 'model.onnx');

/** 200 real images for it, [200, 1, 32, 32]. */
export const IMAGES = path.join(root, 'fixtures', 'digits', 'images.npy');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a folder. */
export function mobileone(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  built = program(),
): Promise<Ended> {
  return ended(start(folder, args, env, built));
}

/** Where the program is; undefined in tests for which none is built, so that no old one is tested. */
export function program(): string {
  const built: string | undefined = inject('program');
  if (built === undefined) throw new Error('nothing is built for this test: vitest.config.ts says for which it is');
  return built;
}

export function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, built = program()) {
  return spawn(process.execPath, [built, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function ended(child: ReturnType<typeof start>): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
