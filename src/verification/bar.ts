import { type Bar, toleranceOf } from '../check/index.js';
import type { Held, Opened } from '../formats/format.js';

/** An artefact whose activations are quantised too may be so far off before data say that it is good enough. */
const QUANTISED_ACTIVATIONS = 2e-1;

/** What a user asked of all candidates. */
export interface Demands {
  readonly tolerance?: number | undefined;
  readonly minAgreement?: number | undefined;
  readonly maxDrop?: number | undefined;
  /** Times the reference's bytes. */
  readonly maxBytesRatio?: number | undefined;
}

/** What a file is held in; `activations`: these are quantised, too. */
export type Kind = Held | 'palette' | 'activations';

/** From the finest to the coarsest. */
const COARSER: readonly Kind[] = ['fp32', 'fp16', 'int8', 'palette', 'activations'];

/** The coarsest that anything in two artefacts is held in: its rounding is what both differ by. */
export function judgedAs(reference: Opened, candidate: Opened): Kind {
  const coarsest = (opened: Opened) => kindOf({ ...opened, precision: opened.coarsest });
  const [a, b] = [coarsest(reference), coarsest(candidate)];
  return COARSER.indexOf(a) > COARSER.indexOf(b) ? a : b;
}

/** What an artefact is called by in a report. */
export function kindOf({ precision, quantization }: Opened): Kind {
  if (quantization === 'weights') return 'int8';
  return quantization ?? precision;
}

/**
 * What outputs are judged by: at float32 their largest difference; where weights are rounded the price of that alone, the
 * relative L2 norm, for who wrote the file has proved the rest; what tables and quantised activations cost only data can say.
 */
export function barFor(kind: Kind, demands: Demands, isUserGiven: boolean): Bar {
  const { tolerance } = demands;
  const hasBudget = demands.minAgreement !== undefined || demands.maxDrop !== undefined;
  const judgesClasses = isUserGiven && !hasBudget && kind !== 'activations' && kind !== 'palette';
  const shared = { judgesClasses, isStrict: true };
  if (tolerance !== undefined) return { ...shared, measure: 'error', tolerance };
  switch (kind) {
    case 'fp32':
      return { ...shared, isStrict: false, measure: 'error', tolerance: toleranceOf('fp32') };
    case 'fp16':
    case 'int8':
      return { ...shared, isStrict: false, measure: 'l2', tolerance: toleranceOf(kind) };
    case 'palette':
      return { ...shared, measure: 'none', tolerance: 0 };
    default:
      return { ...shared, measure: hasBudget ? 'none' : 'error', tolerance: QUANTISED_ACTIVATIONS };
  }
}
