import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ProgressLine } from '../../src/cli/progress.js';

/** What is written to a stream that calls itself a terminal, or does not. */
function terminal(isTTY: boolean): { readonly stream: NodeJS.WriteStream; text(): string } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  const asked = { isTTY, columns: 120, cursorTo: () => true, getWindowSize: () => [120, 40] };
  return { stream: Object.assign(stream, asked) as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

const samples = (done: number) => ({ model: 'net.onnx', station: 'compare', samples: { done, total: 200 } });
const loaded = () => new Promise((resolve) => setTimeout(resolve, 300));

test('a bar says how many samples are done, how fast, and the time left; the line is empty in the end', async () => {
  const { stream, text } = terminal(true);
  const before = ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));
  const line = new ProgressLine(stream);
  line.show({ model: 'net.onnx', station: 'read' });
  for (let done = 0; done <= 100; done += 50) {
    line.show(samples(done));
    await loaded();
  }
  expect(['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal))).toEqual(before);
  line.clear();
  await loaded();
  expect(text()).toContain('net.onnx: read');
  expect(text()).toMatch(/net\.onnx: compare \[=+-+\] 100\/200, \d+(\.\d)?\/s, \d+s left/);
  // Neither a hidden cursor nor a line that no longer wraps, nor another screen.
  expect(text()).not.toContain('\u001b[?');
  expect(text().endsWith('\u001b[K') || text().endsWith('\u001b[2K')).toBe(true);
  const written = text();
  await loaded();
  expect(text()).toBe(written);
});

test.each([true, false])('a sentence that stays is a line of its own, on a terminal or not (%s)', (isTTY) => {
  const { stream, text } = terminal(isTTY);
  new ProgressLine(stream).show({ model: '', station: 'time', notice: 'this will take about 9 minutes' });
  expect(text().endsWith('this will take about 9 minutes\n')).toBe(true);
});

test('a long path leaves room for the figures, and what comes late counts from where it begins', async () => {
  const { stream, text } = terminal(true);
  const line = new ProgressLine(Object.assign(stream, { columns: 80 }));
  const show = (done: number, total: number) =>
    line.show({ model: `/${'long/'.repeat(20)}net.onnx`, station: 'check', samples: { done, total } });
  show(90, 100);
  await loaded();
  show(93, 120);
  await loaded();
  line.clear();
  await loaded();
  // In 0.3 to 1 s.
  const drawn = /(…[^[]*net\.onnx: check) \[=+-+\] 93\/120, ([\d.]+)\/s, .* left/.exec(text());
  expect(drawn?.[1]).toHaveLength(80 - 20 - 32);
  expect(Number(drawn?.[2])).toBeGreaterThan(2);
  expect(Number(drawn?.[2])).toBeLessThan(11);
});

test('without a terminal nothing is drawn', async () => {
  const { stream, text } = terminal(false);
  const line = new ProgressLine(stream);
  line.show(samples(1));
  await loaded();
  line.clear();
  expect(text()).toBe('');
});

test('of many models it says which, and the time left once a second has passed and one is done', () => {
  const { stream, text } = terminal(true);
  let time = 5000;
  const line = new ProgressLine(stream, () => time);
  const show = (done: number, after: number) => {
    time = 5000 + after;
    const before = text().length;
    line.show({ model: 'net.onnx', station: 'check', models: { done, total: 5 } });
    return text().slice(before).split('\u001b[K').at(-1);
  };
  expect(show(0, 900)).toBe('net.onnx: check (1 of 5)');
  expect(show(1, 900)).toBe('net.onnx: check (2 of 5)');
  expect(show(0, 1500)).toBe('net.onnx: check (1 of 5)');
  // One took 2 s, so four take 8.
  expect(show(1, 2000)).toBe('net.onnx: check (2 of 5, 8 s left)');
  expect(show(4, 4100)).toBe('net.onnx: check (5 of 5, 2 s left)');
  time = 9000;
  line.show({ model: 'net.onnx', station: 'check', models: { done: 0, total: 1 } });
  expect(text().endsWith('net.onnx: check')).toBe(true);
});
