import { formats, loadOnnx } from '../../formats/index.js';
import { MobileoneError, type Model } from '../../model/index.js';
import { type ErrorReport, reportError } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { Layers } from '../../study/ablations/layers.js';
import { convertAll } from '../convert/convert.js';
import type { DoctorReport } from './report.js';

const CHANNELS = 8;

/** What the self-test came to, and the error that ended it. */
export interface SelfTest {
  readonly report: DoctorReport['selfTest'];
  readonly error: MobileoneError | undefined;
}

/** Converts a block of two branches to every target, in memory, and checks what would be written. */
export async function selfTest(): Promise<SelfTest> {
  const started = now();
  const spent = () => Math.round(now() - started);
  try {
    const { writeOnnx } = await loadOnnx();
    const given = { name: 'self-test.onnx', bytes: writeOnnx(twoBranches()) };
    const { report, error } = await convertAll([given], { to: [...formats.keys()], outDir: null });
    const artefacts = report.models.flatMap((model) => model.artefacts);
    const targets = artefacts.map(({ target, check }) => ({
      target,
      verdict: check?.verdict ?? 'not compared',
      engine: check?.engine ? `${check.engine.name} ${check.engine.version}` : null,
    }));
    return { report: { milliseconds: spent(), targets, error: error ? withoutFile(error) : null }, error };
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    return { report: { milliseconds: spent(), targets: [], error: withoutFile(error) }, error };
  }
}

/** The file is none that the user knows. */
function withoutFile(error: MobileoneError): ErrorReport {
  return { ...reportError(error), what: `the self-test failed: ${error.what}`, file: null };
}

/** A convolution of 3 x 3 and one of 1 x 1, each with its batch norm, and their sum. */
function twoBranches(): Model {
  const layers = new Layers();
  const x = layers.input([1, CHANNELS, 12, 12]);
  const norm = (branch: ReturnType<Layers['input']>, mean: number) => {
    const each = (value: (channel: number) => number) =>
      layers.constant(
        Array.from({ length: CHANNELS }, (_, channel) => value(channel)),
        [CHANNELS],
      );
    const [scale, shift] = [each((channel) => 1 + channel / 8), each((channel) => channel / 16 - 0.25)];
    const [means, variance] = [each(() => mean), each((channel) => 0.5 + channel / 4)];
    return layers.node('BatchNormalization', [branch, scale, shift, means, variance]);
  };
  const wide = norm(layers.conv(x, { channels: CHANNELS, kernel: 3 }), 0.125);
  const narrow = norm(layers.conv(x, { channels: CHANNELS }), -0.25);
  layers.model.graph.setOutputs([layers.node('Relu', [layers.node('Add', [wide, narrow])])]);
  return layers.model;
}
