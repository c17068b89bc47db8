import fs from 'node:fs';
import { expect, test } from 'vitest';
import { startEngine } from '../../src/engines/index.js';
import { Tensor } from '../../src/model/index.js';

const digits = fs.readFileSync(new URL('../../fixtures/digits/digits_deploy/model.onnx', import.meta.url));

test.each(['native', 'wasm'] as const)(
  'ONNX Runtime, %s, runs as often as it is asked to, and says what each run took',
  async (build) => {
    const engine = startEngine('onnxruntime', { build });
    try {
      const session = await engine.load({ model: digits, optimize: true, threads: build === 'native' ? 'all' : 1 });
      const [input] = session.inputs;
      const feeds = new Map([[input?.name ?? '', Tensor.from('float32', [1, 1, 32, 32], new Float32Array(1024))]]);
      const outputs = session.outputs.map(({ name }) => name);
      const plan = { warmUpMilliseconds: 0, milliseconds: 0, most: 9 };
      for (const least of [1, 4]) {
        const times = await session.time(feeds, outputs, { ...plan, least });
        expect(times).toHaveLength(least);
        for (const time of times) expect(time).toBeGreaterThan(0);
      }
      expect(await session.time(feeds, outputs, { ...plan, least: 1, milliseconds: 1e6 })).toHaveLength(9);
      // The session still runs as before.
      expect((await session.run(feeds, outputs)).size).toBe(outputs.length);
    } finally {
      engine.close();
    }
  },
);
