import { describe, expect, test } from 'vitest';
import type { ExternalData } from '../../../src/formats/onnx/index.js';
import { expectRead, expectRefusal, refusalOf } from './expect-refusal.js';
import { attribute, type Bytes, bytes, FLOAT, floats, int, join, message, model, node, text } from './wire.js';

const entry = (key: string, value: string): Bytes => message(13, text(1, key), text(2, value));
const EXTERNAL = int(14, 1);
/** `y = x + w`, where w is three floats somewhere else. */
const withWeight = (...fields: readonly Bytes[]) =>
  model({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    initializers: [join(int(1, 3), int(2, FLOAT), text(8, 'w'), ...fields)],
  });
const at = (location: string, ...more: readonly Bytes[]) => withWeight(EXTERNAL, entry('location', location), ...more);
const weightOf = (file: Bytes, externalData?: ExternalData) =>
  expectRead(file, { externalData }).graph.sorted()[0]?.constant(1);

describe('a location must stay in the model’s folder, on every platform alike', () => {
  test.each<[string, string]>([
    ['../secret', "leaves the model's folder"],
    ['a/../../secret', "leaves the model's folder"],
    ['sub/../w.bin', "leaves the model's folder"],
    ['..\\secret', "leaves the model's folder"],
    ['%2e%2e/x', "leaves the model's folder"],
    ['/etc/passwd', 'absolute'],
    ['C:\\x', 'absolute'],
    ['C:x', 'absolute'],
    ['\\\\host\\share', 'absolute'],
    ['//host/x', 'absolute'],
    ['file:///x', 'URL'],
    ['https://example.com/w.bin', 'URL'],
    ['*/_ORT_MEM_ADDR_/*', 'external data'],
    ['__ORT_MEM_ADDR__', 'external data'],
    ['', 'not a regular file'],
    ['.', 'not a regular file'],
    ['w\0.bin', 'location'],
    ['w'.repeat(5000), 'location'],
  ])('H25, H30, H31 %j is refused before anything is opened', (location, words) => {
    const externalData = () => {
      throw new Error('nothing may be opened');
    };
    expectRefusal(at(location), ['external data', words], { externalData });
    const constant = attribute(
      'value',
      message(5, int(1, 3), int(2, FLOAT), EXTERNAL, entry('location', location)),
      int(20, 4),
    );
    expectRefusal(model({ nodes: [node('Constant', [], ['y'], constant)] }), [words], { externalData });
  });

  test.each(['w.bin', './w.bin', 'a//b', 'w.bin:stream', 'CON', 'é.bin'])(
    '%j is asked for as it is written',
    (location) => {
      const asked: unknown[] = [];
      const weight = weightOf(at(location, entry('offset', '8')), (...each) => {
        asked.push(each);
        return floats(1, 2, 3);
      });
      expect(asked).toEqual([]);
      expect([...(weight?.toFloat64() ?? [])]).toEqual([1, 2, 3]);
      expect(asked).toEqual([[location, 8, 12]]);
    },
  );
});

describe('ranges', () => {
  test.each(['-4', '0x10', '1e3', ' 8', '+8', '', '18446744073709551612', '9007199254740992'])(
    'H32a an offset or length of %j is refused',
    (count) => {
      expectRefusal(at('w.bin', entry('offset', count)), ['offset']);
      expectRefusal(at('w.bin', entry('length', count)), ['length']);
    },
  );

  test('H32a an offset whose end is beyond what can be counted is refused', () => {
    expectRefusal(at('w.bin', entry('offset', String(Number.MAX_SAFE_INTEGER))), ['offset']);
  });

  test.each(['8', '16'])('H32b a length of %s for 12 bytes is refused', (length) => {
    expectRefusal(at('w.bin', entry('length', length)), [`has ${length} bytes, shape asks 12`]);
  });

  test('H32b data that is shorter than it says is refused when it is read', () => {
    const weight = weightOf(at('w.bin', entry('length', '12')), () => new Uint8Array(8));
    expect(String(refusalOf(() => weight?.bytes))).toContain('8 bytes, shape asks 12');
  });

  test('without a way to read it external data is named when it is needed', () => {
    const weight = weightOf(at('w.bin'));
    expect(String(refusalOf(() => weight?.bytes))).toContain('external data in "w.bin"');
  });
});

describe('entries', () => {
  test('H34a a location twice is refused, unknown keys are a note', () => {
    expectRefusal(at('w.bin', entry('location', 'v.bin')), ['location', 'twice']);
    const read = expectRead(at('w.bin', entry('__proto__', 'x'), entry('basepath', '/')));
    expect(read.notes.filter((note) => note.includes('external data'))).toHaveLength(2);
    expectRefusal(withWeight(EXTERNAL), ['location']);
  });

  test('H34b the checksum is that of the data file', () => {
    // sha1sum of "abc", from FIPS 180-4's examples.
    const sha1 = 'a9993e364706816aba3e25717850c26c9cd0d89d';
    const data = new TextEncoder().encode('abc');
    const file = (checksum: string) =>
      model({
        nodes: [node('Identity', ['w'], ['y'])],
        initializers: [
          join(int(1, 3), int(2, 2), text(8, 'w'), EXTERNAL, entry('location', 'w'), entry('checksum', checksum)),
        ],
      });
    const read = (checksum: string) =>
      expectRead(file(checksum), { externalData: (_, offset, length) => data.subarray(offset, length) });
    expect(read(sha1).graph.sorted()[0]?.constant(0)?.bytes).toEqual(data);
    expect(String(refusalOf(() => read(sha1.replace('a', 'b')).graph.sorted()[0]?.constant(0)?.bytes))).toContain(
      'checksum',
    );
  });

  test('H34c data inside and outside at once is refused; entries of data that is inside are ignored', () => {
    expectRefusal(at('w.bin', bytes(9, floats(1, 2, 3))), ['both']);
    const inside = weightOf(withWeight(bytes(9, floats(1, 2, 3)), entry('location', '/etc/passwd')));
    expect([...(inside?.toFloat64() ?? [])]).toEqual([1, 2, 3]);
  });

  test('--max-bytes counts external data before it is read', () => {
    expectRefusal(at('w.bin'), ['--max-bytes'], { maxBytes: 11 });
    expectRead(at('w.bin'), { maxBytes: 12 });
  });
});
