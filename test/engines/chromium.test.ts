import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { findChromium } from '../../src/engines/child/chromium.js';
import { devtoolsPipe } from '../../src/engines/child/devtools-pipe.js';

describe('the browser of the system', () => {
  const among =
    (...files: string[]) =>
    (file: string) =>
      files.includes(file);

  test('is the first of its names that is on PATH', () => {
    const env = { PATH: '/a:/b' };
    expect(findChromium(env, 'linux', among('/b/google-chrome', '/a/microsoft-edge'))).toBe('/b/google-chrome');
    expect(findChromium(env, 'linux', among('/b/chromium', '/a/google-chrome'))).toBe('/b/chromium');
  });

  test('is the one that the variable names, whatever else is there', () => {
    const env = { PATH: '/a', CHROMIUM: '/mine' };
    expect(findChromium(env, 'linux', among('/a/chromium', '/mine'))).toBe('/mine');
    expect(() => findChromium(env, 'linux', among('/a/chromium'))).toThrow('/mine, which the variable CHROMIUM names');
  });

  test('is an application, or under the folders of programs, elsewhere', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findChromium({}, 'darwin', among(chrome))).toBe(chrome);
    const edge = 'C:\\Programs\\Microsoft\\Edge\\Application\\msedge.exe';
    expect(findChromium({ 'PROGRAMFILES(X86)': 'C:\\Programs' }, 'win32', among(edge))).toBe(edge);
  });

  test.each(['linux', 'darwin', 'win32'] as const)(
    'that is not there is told by what was looked for: %s',
    (platform) => {
      const message = /^no browser was found: looked for .*(chrome|Chrome).*; the variable CHROMIUM names another$/;
      expect(() => findChromium({ PATH: '/a' }, platform, () => false)).toThrow(message);
    },
  );
});

describe('the pipe of the DevTools protocol', () => {
  function piped() {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let end: (reason: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    return { input, output, end, devtools: devtoolsPipe(input, output, ended) };
  }

  test('sends messages in JSON that a byte of 0 ends, and knows answers by their numbers, however they are cut', async () => {
    const { input, output, devtools } = piped();
    const answers = Promise.all([devtools.send('A.b', { c: 'ü' }), devtools.send('D.e', {}, 'page')]);
    expect(String(input.read())).toBe(
      '{"id":1,"method":"A.b","params":{"c":"ü"}}\0{"id":2,"method":"D.e","params":{},"sessionId":"page"}\0',
    );
    const bytes = Buffer.from('{"id":2,"result":{"two":"ß"}}\0{"id":1,"result":{"one":1}}\0');
    for (const byte of bytes) output.write(Buffer.from([byte]));
    expect(await answers).toEqual([{ one: 1 }, { two: 'ß' }]);
  });

  test('tells of events, of refusals, and of the end to whoever waits and whoever asks later', async () => {
    const { output, end, devtools } = piped();
    const seen: unknown[] = [];
    devtools.on('A.happened', (params) => seen.push(params));
    const refused = devtools.send('No.such');
    output.write('{"method":"A.happened","params":{"x":1}}\0{"id":1,"error":{"message":"not found"}}\0');
    await expect(refused).rejects.toThrow('not found');
    expect(seen).toEqual([{ x: 1 }]);
    const waiting = devtools.send('A.b');
    end('the browser ended with 1');
    await expect(waiting).rejects.toThrow('the browser ended with 1');
    await expect(devtools.send('A.b')).rejects.toThrow('the browser ended with 1');
  });
});
