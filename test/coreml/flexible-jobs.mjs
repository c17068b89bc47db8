import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { convert } from '../../dist/index.js';
import { flexibleCases } from './flexible-cases.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CASES = join(root, 'fixtures', 'cases');
const DIGITS = join(root, 'fixtures', 'digits');
const CORPUS = join(root, '.cache', 'corpus');
const { ModelProto } = onnxProto.onnx;

/** What each may cost of the largest answer. */
const PRECISIONS = Object.entries({ fp32: 1e-4, fp16: 2e-2 });
const THREE = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Smallest, largest and an inner size of what is asked, and some that are not. */
const RANGE = {
  asked: '1,3,64..128,64..160',
  at: ['1,3,64,64', '1,3,128,160', '1,3,101,93'],
  outside: ['1,3,63,64', '1,3,64,161'],
};
const LIST = {
  asked: '1,3,64/96/128,64/160/96',
  at: ['1,3,64,64', '1,3,96,160', '1,3,128,96'],
  outside: ['1,3,64,160', '1,3,96,96'],
};
const SMALL = {
  asked: '1,3,6..20,7..30',
  at: ['1,3,6,7', '1,3,20,30', '1,3,11,17'],
  outside: ['1,3,5,7', '2,3,6,7'],
};
const WINDOWS = {
  asked: '1,3,8..40,12..50',
  at: ['1,3,8,12', '1,3,40,50', '1,3,21,33'],
  outside: ['1,3,7,12'],
};
const BATCH = {
  asked: '1..5,1,32,32',
  at: ['1,1,32,32', '5,1,32,32', '3,1,32,32'],
  outside: ['6,1,32,32', '1,1,33,32'],
};

/** Networks whose file leaves the sizes open, and such as fix one that nothing in them holds. */
const NETWORKS = [
  [CASES, 'resize_any_size', SMALL],
  [CASES, 'same_upper_wide_stride', SMALL],
  [CASES, 'shifted_windows_ts17', WINDOWS],
  [CASES, 'shifted_windows_te18', WINDOWS],
  [
    CASES,
    'one_name_two_sizes',
    { asked: '1..2,1,8..20,8..30', at: ['1,1,8,8', '2,1,20,30', '2,1,9,27'], outside: ['1,1,7,8'] },
  ],
  [DIGITS, 'digits_te20_dynamic', BATCH],
  [DIGITS, 'digits_ts17_dynamic', BATCH],
  [DIGITS, 'digits_ts11', { ...BATCH, asked: '1/3/5,1,32,32', outside: ['2,1,32,32'] }],
  [CORPUS, 'mobileone_s0_ts13', RANGE],
  [CORPUS, 'mobileone_s0_te18_raw', LIST],
  [CORPUS, 'mobileone_s0_ts13', { ...RANGE, options: { image: 'bgr', ...THREE } }],
  [CORPUS, 'mobileone_s0_ts13', { ...LIST, options: { image: 'rgb', ...THREE } }],
  [CORPUS, 'efficientnet_b0_te18', RANGE],
  [CORPUS, 'fastvit_t8_ts13', RANGE],
  [CORPUS, 'repvit_m0_9_te18', LIST],
];

/** What is asked of small graphs. */
const ANY = {
  asked: '1,4,7..16,6..20',
  at: ['1,4,7,6', '1,4,16,20', '1,4,9,13'],
  outside: ['1,4,6,6'],
};
const EVEN = { asked: '1,4,8..16,6..20', at: ['1,4,8,6', '1,4,16,20', '1,4,10,14'], outside: ['1,4,7,6'] };

/** Packages whose sizes vary, against ONNX Runtime's answers of the source with its sizes open. */
export async function flexibleJobs(folder, wanted) {
  const sources = [
    ...NETWORKS.map(([parent, source, given]) => ({
      name: [source, given.options?.image, given.asked].filter(Boolean).join(' '),
      file: () => join(parent, source, 'model.onnx'),
      given,
    })),
    ...flexibleCases().map(({ name, bytes, isEven, jumps }) => ({
      name,
      file: () => ({ name: `${name}.onnx`, bytes }),
      given: { ...(isEven ? EVEN : ANY), jumps },
    })),
  ].map((source) => ({ ...source, name: `flexible ${source.name}` }));
  const jobs = [];
  for (const source of sources.filter(({ name }) => name.includes(wanted)))
    jobs.push(...(await jobsOf(source, folder, jobs.length)));
  return jobs;
}

/** One in each precision. */
async function jobsOf({ name, file, given }, folder, first) {
  const source = file();
  const model = opened(typeof source === 'string' ? readFileSync(source) : source.bytes);
  const at = await answersAt(model, given);
  const jobs = [];
  for (const [precision, tolerance] of given.jumps ? PRECISIONS.slice(0, 1) : PRECISIONS) {
    const base = `flexible${first + jobs.length}`;
    await convert(source, {
      to: ['coreml'],
      outDir: folder,
      name: base,
      precision,
      shape: { [inputOf(model).name]: given.asked.split(',') },
      check: false,
      ...given.options,
    });
    jobs.push({
      name: `${name}, ${precision}`,
      package: join(folder, `${base}.mlpackage`),
      at,
      outside: given.outside.map(drawn),
      pixels: given.options ? THREE : null,
      colours: given.options?.image ?? null,
      tolerance,
    });
  }
  return jobs;
}

async function answersAt(model, { at }) {
  const { name } = inputOf(model);
  const session = await InferenceSession.create(ModelProto.encode(model).finish(), {
    graphOptimizationLevel: 'disabled',
  });
  const found = [];
  for (const shape of at) {
    const input = drawn(shape);
    const answers = await session.run({ [name]: new Tensor('float32', Float32Array.from(input.data), input.shape) });
    found.push({
      input,
      answers: Object.fromEntries(
        Object.entries(answers).map(([output, { dims, data }]) => [
          output,
          { shape: [...dims], data: Array.from(data) },
        ]),
      ),
    });
  }
  await session.release();
  return found;
}

const inputOf = ({ graph }) => graph.input.find(({ name }) => !graph.initializer.some((each) => each.name === name));

/** A source that says nothing of sizes, so that ONNX Runtime computes them. */
function opened(bytes) {
  const model = ModelProto.decode(bytes);
  inputOf(model).type.tensorType.shape.dim = inputOf(model).type.tensorType.shape.dim.map((_, axis) => ({
    dimParam: `axis${axis}`,
  }));
  model.graph.valueInfo = [];
  for (const { type } of model.graph.output) type.tensorType.shape = null;
  return model;
}

/** Smooth numbers between -2 and 2, rounded so that Python reads the very same. */
function drawn(text) {
  const shape = text.split(',').map(Number);
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, data: Array.from({ length: size }, (_, i) => Math.fround(2 * Math.sin(12.9898 * (i + 1)))) };
}
