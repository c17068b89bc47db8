import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { frameOf } from '../../src/engines/child/frames.js';
import { Engine } from '../../src/engines/engine.js';
import { type EngineOptions, startEngine } from '../../src/engines/index.js';
import { engineMessage } from '../../src/engines/message.js';
import { Tensor } from '../../src/model/index.js';
import { crashingModel, endlessModel, identityModel } from './tiny-models.js';

const CHILD = new URL('../../src/engines/child/onnxruntime.js', import.meta.url);
const started: Engine[] = [];
const start = (options: EngineOptions) => {
  const engine = startEngine('onnxruntime', { build: 'native', ...options });
  started.push(engine);
  return engine;
};
afterAll(() => {
  for (const engine of started) engine.close();
});

const x = () => new Map([['x', Tensor.from('float32', [1], [5])]]);

async function answerOf(engine: Engine, model: Uint8Array): Promise<number[]> {
  const session = await engine.load({ model, optimize: false });
  const outputs = await session.run(x(), ['y']);
  return [...(outputs.get('y')?.toFloat64() ?? [])];
}

describe('an engine', () => {
  test('that is killed by a model is reported by its signal, and the next model gets a new process', async () => {
    const engine = start({});
    await expect(answerOf(engine, crashingModel())).rejects.toMatchObject({
      kind: 'died',
      message: 'ONNX Runtime died of signal 8 (SIGFPE)',
    });
    expect(await answerOf(engine, identityModel('float32', [1]))).toEqual([5]);
  });

  test('that never returns is ended by the clock', async () => {
    const engine = start({ timeoutSeconds: 2 });
    await expect(answerOf(engine, endlessModel())).rejects.toMatchObject({
      kind: 'timeout',
      message: 'ONNX Runtime did not finish in 2 s',
    });
  });

  test('in WebAssembly that never returns is ended by the clock', async () => {
    const engine = start({ build: 'wasm', timeoutSeconds: 5 });
    await expect(answerOf(engine, endlessModel())).rejects.toMatchObject({ kind: 'timeout' });
  });

  test('that takes more memory than it may is ended', async () => {
    const engine = start({ memoryLimit: 2 ** 20 });
    await expect(answerOf(engine, endlessModel())).rejects.toMatchObject({
      kind: 'memory',
      message: expect.stringContaining('memory limit of 0.0 GiB'),
    });
  });

  test('that is not installed is reported as missing', async () => {
    const engine = new Engine(
      { title: 'ONNX Runtime', script: CHILD, args: ['no-such-build'] },
      { timeoutSeconds: 60, memoryLimit: 2 ** 34 },
    );
    started.push(engine);
    await expect(engine.info()).rejects.toMatchObject({
      kind: 'missing',
      message: expect.stringContaining('ONNX Runtime is not installed or does not start'),
    });
  });

  test('falls back to WebAssembly where the native build is not there', async () => {
    const engine = new Engine(
      { title: 'ONNX Runtime', script: CHILD, args: ['no-such-build', 'wasm'] },
      { timeoutSeconds: 60, memoryLimit: 2 ** 34 },
    );
    started.push(engine);
    expect(await engine.info()).toMatchObject({ name: 'onnxruntime-web' });
    expect(await answerOf(engine, identityModel('float32', [1]))).toEqual([5]);
  });

  test('ends with its parent, also in the middle of a run that never returns', async () => {
    const child = spawn(process.execPath, [fileURLToPath(CHILD), 'native'], {
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    const [watch, , , channel] = child.stdio as unknown as Writable[];
    // Where it ends first, its pipes break; what counts is how it ends.
    for (const pipe of [watch, channel]) pipe?.on('error', () => {});
    const send = (header: unknown, bytes: Uint8Array) => {
      for (const piece of frameOf(header, [[bytes]])) channel?.write(piece);
    };
    send({ ask: 'load', session: 0, files: [], optimize: false }, endlessModel());
    const feeds = [{ name: 'x', dtype: 'float32', shape: [1] }];
    send({ ask: 'run', session: 0, feeds, outputs: ['y'] }, new Uint8Array(4));
    // Greeting and answer to the load have come: from here on it is in native code.
    for (let greeting = ''; !greeting.includes('loaded'); ) greeting += (await once(channel as Writable, 'data'))[0];
    watch?.destroy();
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
  });
});

describe('an engine whose process cannot be started', () => {
  test.each([
    ['at once', 'no\u0000de'],
    ['later', '/no/such/node'],
  ])('is missing: the system says it %s', async (_, execPath) => {
    const before = process.execPath;
    process.execPath = execPath;
    try {
      await expect(answerOf(start({}), identityModel('float32', [1]))).rejects.toMatchObject({ kind: 'missing' });
    } finally {
      process.execPath = before;
    }
  });
});

describe('what an engine says', () => {
  test('is told where neither a home nor a working folder is known', () => {
    const unknown = () => {
      throw new Error('ENOENT');
    };
    vi.spyOn(os, 'homedir').mockImplementation(unknown);
    vi.spyOn(process, 'cwd').mockImplementation(unknown);
    const said = engineMessage('no kernel');
    vi.restoreAllMocks();
    expect(said).toBe('no kernel');
  });

  test('becomes one line without control characters', () => {
    expect(engineMessage('first\nsecond\u001b[31m\u202ered\u0007')).toBe('first second\\u{1b}[31m\\u{202e}red\\u{7}');
  });

  test('loses paths of this machine and of its own sources, and keeps names that look like paths', () => {
    const said = `/onnxruntime_src/core/graph/graph.cc:12 Build failed in ${process.cwd()}/x at node /stem/conv/Conv`;
    expect(engineMessage(said)).toBe('Build failed in …/x at node /stem/conv/Conv');
  });

  test('does not tell who missed a module', () => {
    const said = "Cannot find module 'onnxruntime-node'\nRequire stack:\n- /a/child.js\n- /a/b.cjs";
    expect(engineMessage(said)).toBe("Cannot find module 'onnxruntime-node'");
  });

  test('is cut where it runs on', () => {
    expect(engineMessage('That is not supported. At all.\n')).toBe('That is not supported. At all');
    expect(engineMessage('and so on...')).toBe('and so on...');
    expect(engineMessage('a'.repeat(2 ** 20))).toHaveLength(401);
  });
});
