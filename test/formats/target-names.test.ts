import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formats } from '../../src/formats/index.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

test('outside formats/ the name of a target stands for the default of --to alone', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.[jt]s$/.test(file) && !file.startsWith(`formats${path.sep}`),
  );
  const literal = new RegExp(`['"\`](${[...formats.keys()].join('|')})['"\`]`, 'g');
  const found = files.flatMap((file) => {
    const code = readFileSync(path.join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
    return Array.from(code.matchAll(literal), ([text]) => `${file.split(path.sep).join('/')}: ${text}`);
  });
  expect(found).toEqual(["commands/convert/options.ts: 'onnx'"]);
});
