import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { coremlCodec, type Message, type MessageParts } from '../../src/formats/coreml/program/schema.js';
import { convert, reportOf, verify, writeOnnx } from '../../src/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import type { GivenArrays } from '../../src/trials/index.js';
import { openModel } from '../corpus/open-model.js';
import { DETECTORS, FAULTS, FORMS, type Form, images, writeDetector } from './planted-detections.js';

const MODEL = 'Data/com.apple.CoreML/model.mlmodel';
const folder = mkdtempSync(join(tmpdir(), 'planted-detections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same in the package itself: what stands behind its program, and what it says of that. */
const PACKAGE_FAULTS: readonly (readonly [string, Change])[] = [
  ['another threshold of what overlaps', suppressed({ iouThreshold: 0.3 })],
  ['a threshold of scores', suppressed({ confidenceThreshold: 0.85 })],
  ['boxes of all classes, or of each, against each other', { suppression: otherClasses }],
  ['fewer boxes', { most: 7 }],
  ['classes that are counted from 1', { detections: (said) => said.replace('"firstLabel":0', '"firstLabel":1') }],
  ['x and y in each other’s place', { detections: (said) => said.replace('"form":"xy"', '"form":"yx"') }],
  ['corners taken for centre and size', { detections: (said) => said.replace('"form":"xy"', '"form":"centre"') }],
  ['an image of another size', { detections: (said) => said.replace('"size":[64,64]', '"size":[64,32]') }],
];

/** Candidates by what is wrong with them. */
type Candidates = Map<string, string>;

test.each(DETECTORS)(
  'what the suppression of %s selects is no other where near ties move, and is where a fault moves it',
  async (name) => {
    const source = sourceOf(name);
    const candidates: Candidates = new Map();
    for (const form of FORMS) {
      const say = (what: string) => `${what} (${form.nms} ${form.precision})`;
      candidates.set(say('nothing'), await written(source, form));
      for (const [what, plant] of FAULTS) {
        const model = openModel(source);
        optimize(model);
        plant(model.graph);
        const file = join(mkdtempSync(join(folder, 'fault-')), 'model.onnx');
        writeFileSync(file, writeOnnx(model));
        const path = await writtenIfTaken(file, form);
        if (path) candidates.set(say(what), path);
      }
      if (form.nms !== 'pipeline') continue;
      for (const [what, change] of PACKAGE_FAULTS) {
        const path = await written(source, form);
        edit(path, change);
        candidates.set(say(`in the package, ${what}`), path);
      }
    }
    // Not every fault moves a box on every input.
    const seeded = await exitCodes(source, candidates);
    const onImages = await exitCodes(source, candidates, { image: images() });
    const codes = new Map(
      Array.from(seeded, ([what, code]) => [what, Math.max(code, onImages.get(what) ?? Number.NaN)]),
    );
    const expected = Array.from(candidates.keys(), (what) => [what, what.startsWith('nothing') ? 0 : 5] as const);
    expect(codes).toEqual(new Map(expected));
    expect(candidates.size).toBeGreaterThanOrEqual(4 + 4 * 5 + 2 * PACKAGE_FAULTS.length);
  },
);

function sourceOf(name: (typeof DETECTORS)[number]): string {
  const file = join(mkdtempSync(join(folder, 'source-')), 'model.onnx');
  writeDetector(name, file);
  return file;
}

async function written(source: string, { nms, precision }: Form): Promise<string> {
  const outDir = mkdtempSync(join(folder, 'written-'));
  await convert(source, { to: ['coreml'], nms, precision, outDir, check: false });
  return join(outDir, 'model.mlpackage');
}

/** Outputs that are no boxes any more are refused for a pipeline. */
async function writtenIfTaken(source: string, form: Form): Promise<string | undefined> {
  try {
    return await written(source, form);
  } catch (error) {
    expect([form.nms, reportOf(error)?.exitCode]).toEqual(['pipeline', 4]);
    return undefined;
  }
}

async function exitCodes(source: string, candidates: Candidates, inputs?: GivenArrays): Promise<Map<string, number>> {
  const reports = await reported(source, [...candidates.values()], inputs);
  return new Map(Array.from(candidates.keys(), (name, index) => [name, reports?.[index]?.exitCode ?? Number.NaN]));
}

async function reported(source: string, paths: readonly string[], inputs: GivenArrays | undefined) {
  try {
    return (await verify(source, paths, { inputs })).models[0]?.candidates;
  } catch (error) {
    return reportOf(error)?.models[0]?.candidates;
  }
}

interface Change {
  readonly suppression?: (own: Message<'NonMaximumSuppression'>) => MessageParts<'NonMaximumSuppression'>;
  readonly detections?: (said: string) => string;
  readonly most?: number;
}

function suppressed(change: object): Change {
  return { suppression: (own) => ({ ...own, ...change }) };
}

function otherClasses(own: Message<'NonMaximumSuppression'>): MessageParts<'NonMaximumSuppression'> {
  return { ...own, pickTop: { perClass: own.pickTop?.perClass !== true } };
}

function edit(path: string, { suppression = (own) => own, detections = (said) => said, most }: Change): void {
  const file = join(path, MODEL);
  const { description, pipeline, ...rest } = coremlCodec.decode('Model', readFileSync(file));
  const [program, last] = pipeline?.models ?? [];
  if (!description || !program || !last?.nonMaximumSuppression) throw new Error('it is no pipeline');
  const said = new Map(description.metadata?.userDefined);
  const before = said.get('mobileone.detections') ?? '';
  said.set('mobileone.detections', detections(before));
  const changed = {
    ...rest,
    description: {
      ...description,
      output: most === undefined ? description.output : description.output.map((each) => withMost(each, most)),
      metadata: { ...description.metadata, userDefined: said },
    },
    pipeline: {
      ...pipeline,
      models: [program, { ...last, nonMaximumSuppression: suppression(last.nonMaximumSuppression) }],
    },
  };
  const bytes = Buffer.concat(coremlCodec.encode('Model', changed as MessageParts<'Model'>));
  expect(bytes.equals(readFileSync(file))).toBe(false);
  writeFileSync(file, bytes);
}

function withMost(feature: Message<'FeatureDescription'>, most: number): MessageParts<'FeatureDescription'> {
  const array = feature.type?.multiArrayType;
  const [, width] = array?.shapeRange?.sizeRanges ?? [];
  const sizeRanges = [{ lowerBound: 0, upperBound: most }, width ?? {}];
  return { ...feature, type: { multiArrayType: { ...array, shapeRange: { sizeRanges } } } };
}
