import { expect, test } from 'vitest';
import { InputError } from '../../src/model/index.js';
import { errorLine, reportError, showLine, showName } from '../../src/report/index.js';

test.each([
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['\u009b31m', '\\u{9b}31m'],
  ['a\r\nb\tc', 'a\\u{d}\\u{a}b\\u{9}c'],
  ['\u202eevil', '\\u{202e}evil'],
  ['zero\u200bwidth', 'zero\\u{200b}width'],
  ['line\u2028end', 'line\\u{2028}end'],
  ['half \ud800', 'half \\u{d800}'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
  ['naïve 模型 🙂', 'naïve 模型 🙂'],
])('%j is shown as %j', (name, shown) => {
  expect(showName(name)).toBe(shown);
});

test('a name is cut at 120 characters, and never in the middle of one', () => {
  expect(showName('x'.repeat(120))).toBe('x'.repeat(120));
  expect(showName('x'.repeat(1e6))).toBe(`${'x'.repeat(119)}…`);
  expect(showName('🙂'.repeat(200))).toBe(`${'🙂'.repeat(119)}…`);
});

test('no line of output can start with what a name holds', () => {
  expect(showLine('a\n::error::b')).toBe('a\\u{a}::error::b');
});

test('an error is one line: file, what, where, what to do', () => {
  const error = new InputError({
    what: 'holds 3 bytes, shape asks 4',
    where: { node: 'conv\n1', value: 'w' },
    todo: 'export it again',
  });
  expect(errorLine(reportError(error, 'm.onnx'))).toBe(
    'mobileone: m.onnx: holds 3 bytes, shape asks 4 (node conv\\u{a}1, value w); export it again',
  );
  expect(errorLine(reportError(new InputError({ what: 'x', where: { file: 'own' } }), 'm.onnx'))).toBe(
    'mobileone: own: x',
  );
});
