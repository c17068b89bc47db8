import { readFileSync } from 'node:fs';
import type { Answer } from './judge.js';

/** A `.npy` of float32. */
export function readNpy(path: string): Answer {
  const bytes = readFileSync(path);
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, end);
  if (!header.includes("'<f4'")) throw new Error(`${path} is not float32`);
  const sizes = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  const shape = [...sizes.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return { shape, data: new Float32Array(new Uint8Array(bytes.subarray(end)).buffer) };
}
