import {
  type ArtefactReport,
  type CandidateReport,
  type CheckReport,
  type FiguresReport,
  type ModelReport,
  outcomeOfRun,
  type Report,
} from '../../src/report/index.js';

const HASH = '0123456789abcdef'.repeat(4);

/** What a stranger may call a node, an output or a file. */
export const HOSTILE =
  '<script>alert(1)</script>"\' onload=x ]]> &amp; \u0000\uffff\ud800 **bold** @everyone\n\n# head';

/** Figures of an output that passes. */
export function figures(given: Partial<FiguresReport> = {}): FiguresReport {
  return {
    output: 'logits',
    dtype: 'float32',
    error: 3.2e-7,
    l2: 3e-7,
    maxAbs: 6.7e-6,
    meanAbs: 2.1e-6,
    beyond: 0,
    cosine: 1,
    equal: null,
    top1: 1,
    noise: 6.3e-7,
    response: 1.1,
    limit: 1.26e-5,
    failures: [],
    reason: null,
    isUndecided: false,
    ...given,
  };
}

/** A check of these outputs. */
export function check(outputs: readonly FiguresReport[], given: Partial<CheckReport> = {}): CheckReport {
  return {
    verdict: 'equivalent',
    engine: { name: 'onnxruntime-node', version: '1.30.0' },
    judgements: [
      { purpose: 'artefact', precision: 'fp32', measure: 'error', tolerance: 1e-5, trials: 3, tried: [], outputs },
    ],
    rounding: null,
    notes: [],
    error: null,
    ...given,
  };
}

/** Something that `convert` wrote. */
export function artefact(given: Partial<ArtefactReport> = {}): ArtefactReport {
  return {
    target: 'onnx',
    path: 'network.fused.onnx',
    precision: 'fp32',
    written: true,
    bytes: 44_679,
    files: [{ path: '', bytes: 44_679, sha256: HASH }],
    notes: [],
    check: check([figures()]),
    proof: null,
    parted: null,
    ...given,
  };
}

/** Something that `verify` was given. */
export function candidate(given: Partial<CandidateReport> = {}): CandidateReport {
  return {
    path: 'network.tflite',
    format: 'tfjs',
    precision: 'int8',
    bytes: 20_000,
    files: [],
    matched: [],
    check: check([figures()]),
    data: null,
    parted: null,
    proof: null,
    notes: [],
    exitCode: 0,
    error: null,
    ...given,
  };
}

const COUNTS = { operators: {}, multiplyAccumulates: 973_000 };

/** A model that was read. */
export function model(given: Partial<ModelReport> = {}): ModelReport {
  return {
    source: {
      path: 'network.onnx',
      bytes: 183_000,
      sha256: HASH,
      data: [],
      exporter: 'pytorch 2.15.0',
      irVersion: 8,
      opset: 13,
    },
    exitCode: 0,
    error: null,
    inputs: [],
    outputs: [],
    before: { ...COUNTS, nodes: 232, parameters: 29_300, weightBytes: 117_000 },
    after: { ...COUNTS, nodes: 29, parameters: 6810, weightBytes: 27_200 },
    fused: [],
    declined: [],
    notes: [],
    targets: [],
    nodes: null,
    diff: null,
    artefacts: [],
    candidates: [],
    stations: {},
    ...given,
  };
}

/** The report of a whole run. */
export function reportOf(models: readonly ModelReport[], given: Partial<Report> = {}): Report {
  const exitCode = models.find((each) => each.exitCode !== 0)?.exitCode ?? 0;
  return {
    tool: { name: 'mobileone', version: '0.1.0' },
    command: 'convert',
    exitCode,
    verdict: outcomeOfRun(exitCode, models),
    milliseconds: 2830,
    models,
    host: null,
    part: null,
    ...given,
  };
}

/** One error. */
export function error(given: Partial<NonNullable<ModelReport['error']>> = {}): NonNullable<ModelReport['error']> {
  return { kind: 'NotEquivalentError', what: 'differs', file: null, node: null, value: null, todo: null, ...given };
}

const share = (value: number) => ({ share: value, low: value - 0.01, high: value + 0.01 });

/** A candidate that has everything that there is to tell, on three images. */
export function toldInFull(): CandidateReport {
  const alongDepth = Array.from({ length: 60 }, (_, depth) => ({
    value: `features.${depth}`,
    depth: depth + 1,
    error: depth < 31 ? 2e-7 * (1 + depth / 20) : 3e-2 * (1 + (depth % 7) / 9),
    noise: 1e-7 * (1 + depth / 30),
  }));
  return candidate({
    exitCode: 5,
    error: error({ what: 'the error 3.1e-2 of logits is over 1.0e-5' }),
    check: check([figures({ error: 3.1e-2, failures: ['the error 3.1e-2 is over its limit'] })], {
      verdict: 'different',
    }),
    data: {
      samples: 200,
      decided: 198,
      top1: share(0.935),
      top5: share(0.985),
      reference: { top1: share(0.955), top5: share(0.985) },
      agreement: share(0.96),
      decidedAgreement: share(0.965),
      confidenceShift: -0.0123,
      kl: 0.0042,
      worst: ['seven/0007.png', 'one/0100.png', 'four/0042.png'].map((sample, i) => ({
        sample,
        error: 0.2 - i / 20,
        reference: 'seven',
        candidate: 'one',
      })),
      preprocessing: {
        decoder: '@jsquash/png 3.1.1',
        resize: [256],
        interpolation: 'bilinear',
        crop: [224, 224],
        order: 'rgb',
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        sha256: HASH,
      },
      sha256: HASH,
    },
    parted: {
      value: 'features.31',
      nodes: ['/features/features.31/Conv'],
      candidateNode: null,
      own: 3e-2,
      inherited: 5e-7,
      noise: 2e-7,
      cause: 'a kernel is transposed',
      saved: null,
      alongDepth,
    },
    proof: {
      network: false,
      proved: 12,
      notProved: 1,
      blocks: [
        {
          node: '/features/features.31/Conv',
          sources: ['a', 'b'],
          verdict: 'different',
          reason: 'a coefficient differs by 3e-2',
          largest: 3e-2,
          bound: 0.4,
          smallestSize: [3, 3],
        },
      ],
      leftOver: ['/extra/Mul'],
    },
  });
}
