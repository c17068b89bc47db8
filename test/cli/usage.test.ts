import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

test('--version is that of the package', async () => {
  const { version } = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await mobileone(scratch(), ['--version'])).toEqual({
    code: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test.each([[['--help']], [['help', 'convert']], [['convert', '--help']], [['inspect', '--help']]])(
  '%j prints help with runnable examples, or the list of exit codes',
  async (args) => {
    const { code, stdout, stderr } = await mobileone(scratch(), args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(args.includes('--help') && args.length === 1 ? /Exit codes:/ : /Examples:\n +mobileone /);
  },
);

test('help for a command that there is not is wrong usage, and names the nearest', async () => {
  const { code, stdout, stderr } = await mobileone(scratch(), ['help', 'conver']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^mobileone: unknown command 'conver'; did you mean convert\?\n$/);
});

test.each([['--prcision'], ['--to=nothing'], ['--outputs=logit'], [`--report=${DIGITS}`], ['--shape=imag:1,1,32,32']])(
  'wrong usage with --json prints exit code and error (%s)',
  async (flag) => {
    const { code, stdout, stderr } = await mobileone(scratch(), ['convert', DIGITS, '--json', flag]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      exitCode: 2,
      error: expect.objectContaining({ kind: 'UsageError', what: expect.any(String) }),
    });
    expect(stderr).toMatch(/^mobileone: .*\n$/);
  },
);

test('no command at all is wrong usage, and shows help', async () => {
  const { code, stdout, stderr } = await mobileone(scratch(), []);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/Usage: mobileone/);
});

test.each([
  [['conver', DIGITS], /unknown command 'conver'; did you mean convert\?/],
  [['convert'], /missing required argument 'model'; see mobileone help convert/],
  [['inspect'], /missing required argument 'model'; see mobileone help inspect/],
  [[DIGITS], /unknown command '.*model\.onnx'; to convert it, write mobileone convert .*model\.onnx\n/],
  [['xyzzy'], /unknown command 'xyzzy'; see mobileone --help/],
  [['convert', DIGITS, '--out', 'x'], /unknown option '--out'; did you mean --out-dir or --outputs\?/],
  [['convert', DIGITS, '--out-dirr=x'], /unknown option '--out-dirr=x'; did you mean --out-dir\?/],
  [['convert', DIGITS, '-x'], /unknown option '-x'; see mobileone help convert/],
  [['convert', DIGITS, '--xyzzy'], /unknown option '--xyzzy'; see mobileone help convert/],
  [['verify', DIGITS, DIGITS, '--bisekt'], /unknown option '--bisekt'; did you mean --bisect\?/],
  [
    ['verify', DIGITS, DIGITS, '--max'],
    /'--max'; did you mean --max-nodes, --max-bytes, --max-drop or --max-bytes-ratio\?/,
  ],
  [['report', 'merge', '--html-file', 'x'], /unknown option '--html-file'; see mobileone help report/],
  [['report', 'merge', '--htm', 'x'], /unknown option '--htm'; did you mean --html\?/],
  [['convert', ''], /argument 1 is empty; see mobileone help convert/],
  [['verify', DIGITS, ''], /argument 2 is empty; see mobileone help verify/],
  [['--versoin'], /unknown option '--versoin'; did you mean --version\?/],
  [['convert', DIGITS, '--jobs', '0'], /--jobs: 0 is not a whole number above 0/],
  [['convert', DIGITS, '--prcision', 'fp16'], /unknown option '--prcision'; did you mean --precision\?/],
  [['convert', DIGITS, '--precision', 'fp17'], /--precision: "fp17" is not one of .*did you mean fp16\?/],
  [['convert', DIGITS, '--to', 'onnx,tfsj'], /--to: "tfsj" is not one of .*did you mean tfjs\?/],
  [['convert', DIGITS, '--to', ''], /--to: holds an empty name/],
  [['convert', DIGITS, '--shape', 'image:'], /--shape: "image"/],
  [['convert', DIGITS, '--shape', 'image:0'], /--shape: "image": 0/],
  [['convert', DIGITS, '--shape', 'image:-1'], /--shape: "image": "-1"/],
  [['convert', DIGITS, '--shape', 'image:1e3'], /--shape: "image": "1e3"/],
  [['convert', DIGITS, '--shape', 'image:9007199254740992'], /--shape: "image": 9007199254740992/],
  [['convert', DIGITS, '--shape', 'image'], /--shape: names no input/],
  [
    ['convert', DIGITS, '--shape', 'image:1,1,32..,32'],
    /--shape: "image": "32\.\." has an open end; say the least and/,
  ],
  [['convert', DIGITS, '--shape', 'image:1,1,64..32,32'], /--shape: "image": "64\.\.32" does not rise/],
  [['convert', DIGITS, '--shape', 'image:1,1,0..32,32'], /--shape: "image": "0\.\.32" holds what is no size above 0/],
  [['convert', DIGITS, '--shape', 'image:1..2,1,32/64,32'], /--shape: "image": a range and a list stand together/],
  [['convert', DIGITS, '--shape', 'image:1,1,32/64,32/64/96'], /--shape: "image": its lists have unlike lengths/],
  [['convert', DIGITS, '--shape', 'image:1', '--shape', 'image:2'], /--shape: gives "image" twice/],
  [['convert', DIGITS, '--shape', 'imag:1,1,32,32'], /--shape: .*no input "imag"; did you mean image\?/],
  [['convert', DIGITS, '--shape', '__proto__:1'], /--shape: .*no input "__proto__"/],
  [['convert', DIGITS, '--shape', 'image:1,1,64,64'], /--shape: input image is \[1,1,32,32\]/],
  [['convert', DIGITS, '--outputs', 'logit'], /--outputs: .*no value "logit"; did you mean logits\?/],
  [
    ['convert', DIGITS, '--outputs', 'xyzzy'],
    /--outputs: .*no value "xyzzy"; its outputs are logits; mobileone inspect --nodes lists the names/,
  ],
  [['convert', DIGITS, '--outputs', 'image'], /--outputs: "image" is an input/],
  [['convert', DIGITS, '--outputs', 'logits,logits'], /--outputs: "logits" stands there twice/],
  [['convert', DIGITS, '--mean', '0.5'], /--mean needs --image/],
  [['convert', DIGITS, '--std', '0.5'], /--std needs --image/],
  [['convert', DIGITS, '--image', 'gray', '--mean', '0.5,0.5,0.5'], /--mean has 3 values/],
  [['convert', DIGITS, '--image', 'gray', '--mean', 'NaN'], /--mean: "NaN"/],
  [['convert', DIGITS, '--image', 'gray', '--std', '0'], /--std: 0 is not/],
  [['convert', DIGITS, '--image', 'gray', '--mean', '127.5', '--std', '127.5'], /units of 0 to 255; divide by 255/],
  [['convert', DIGITS, '--image', 'gray', '--std', '2'], /--std 2: these look like units of 0 to 255/],
  [['convert', DIGITS, '--image', 'rgb'], /--image rgb is for 3 channels, input image has 1/],
  [['convert', DIGITS, '--tolerance', '-1'], /--tolerance: -1/],
  [['convert', DIGITS, '--tolerance', 'NaN'], /--tolerance: "NaN"/],
  [['convert', DIGITS, '--tolerance', '1e999'], /--tolerance: Infinity/],
  [['convert', DIGITS, '--timeout', '0'], /--timeout: 0/],
  [['convert', DIGITS, '--max-nodes', '1.5'], /--max-nodes: 1.5/],
  [['convert', DIGITS, '--max-cost', '0.9'], /--max-cost: 0.9 is not a number from 1 on/],
  [['inspect', DIGITS, '--max-cost', 'twice'], /--max-cost: "twice" is not a number from 1 on/],
  [['convert', DIGITS, '--no-fuse', '--max-cost', '2'], /--max-cost has no meaning with --no-fuse/],
  [['convert', DIGITS, '--precision', 'uint8'], /int8 is for tfjs, litert, coreml, not onnx/],
  [['convert', DIGITS, '--to', 'onnx,tfjs', '--precision', 'onnx=int8'], /int8 is for tfjs, litert, coreml, not onnx/],
  [['convert', DIGITS, '--precision', 'tfjs=int8'], /tfjs is not among the targets of --to/],
  [['convert', DIGITS, '--precision', 'tfsj=int8'], /"tfsj" is not one of .*did you mean tfjs/],
  [['convert', DIGITS, '--to', 'tfjs', '--precision', 'tfjs=int9'], /"int9" is not one of/],
  [['convert', DIGITS, '--to', 'tfjs', '--precision', 'tfjs=int8,tfjs=fp16'], /gives "tfjs" twice/],
  [['convert', DIGITS, '--precision', 'fp32', '--keep-fp32', 'x'], /--keep-fp32 is for --precision fp16/],
  [['convert', DIGITS, '--no-check', '--keep'], /--keep has no meaning with --no-check/],
  [['convert', DIGITS, '--no-check', '--tolerance', '1'], /--tolerance has no meaning/],
  [['convert', DIGITS, '--no-check', '--engine', 'wasm'], /--engine has no meaning/],
  [['convert', DIGITS, '--no-check', '--inputs', 'x.npy'], /--inputs has no meaning/],
  [['convert', DIGITS, '--name', '../x'], /--name: it holds a path/],
  [['convert', DIGITS, '--name', 'a/b'], /--name: it holds a path/],
  [['convert', DIGITS, '--name', 'CON'], /--name: "CON" is a device/],
  [['convert', DIGITS, '--name', '.'], /--name: it is a folder/],
  [['convert', DIGITS, '--name', ''], /--name: is empty/],
  [['convert', DIGITS, '--name', 'x'.repeat(300)], /--name: it is longer than 255 bytes/],
  [['convert', DIGITS, DIGITS, '--name', 'fix'], /would both be written to fix\.fused\.onnx/],
  [['convert', DIGITS, '--report', 'model.fused.onnx'], /the report and an artefact have the same place/],
  [['convert', DIGITS, '--report', DIGITS], /is the input/],
  [['report', 'nonsense'], /^mobileone: unknown command 'report nonsense'; write mobileone report merge PART…/],
  [['report', 'merge'], /^mobileone: no part was named/],
  [['inspect', DIGITS, '--expect-fusd'], /did you mean --expect-fused/],
])('%j is wrong usage: one line, nothing written', async (args, message) => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, args);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^mobileone: [^\n]*\n$/);
  expect([code, stdout, contentOf(folder)]).toEqual([2, '', {}]);
});

test.each([
  ['the same path', (folder: string) => path.join(folder, 'm.fused.onnx')],
  ['another spelling', (folder: string) => `${folder}/./m.fused.onnx`],
  ['a link', (folder: string) => link(folder, fs.symlinkSync)],
  ['a hard link', (folder: string) => link(folder, fs.linkSync)],
])('an output that is the input by %s is refused', async (_, modelIn) => {
  const folder = scratch();
  fs.copyFileSync(DIGITS, path.join(folder, 'm.fused.onnx'));
  const model = modelIn(folder);
  const before = contentOf(folder);
  const { code, stderr } = await mobileone(folder, ['convert', model, '--name', 'm']);
  expect(stderr).toMatch(/is the input/);
  expect([code, contentOf(folder)]).toEqual([2, before]);
});

function link(folder: string, make: (to: string, at: string) => void): string {
  const at = path.join(folder, 'other.onnx');
  make(path.join(folder, 'm.fused.onnx'), at);
  return at;
}
