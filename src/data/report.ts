import type { NotNegative, Sha256, Share, WholeNumber } from '../report/report.js';

/** How a candidate and the reference answer to a user's data; null where a figure is not defined. */
export interface DataFiguresReport {
  readonly samples: WholeNumber;
  /** Samples on which the reference has decided: its two largest numbers differ by more than its noise. */
  readonly decided: WholeNumber;
  /** Of the candidate, by the classes of `--truth`; null without it. */
  readonly top1: ShareReport | null;
  readonly top5: ShareReport | null;
  readonly reference: { readonly top1: ShareReport | null; readonly top5: ShareReport | null };
  /** Share of all samples on which candidate and reference choose the same class. */
  readonly agreement: ShareReport | null;
  /** The same over the decided ones. */
  readonly decidedAgreement: ShareReport | null;
  /** Mean change of the probability that is given to the reference's class. */
  readonly confidenceShift: number | null;
  /** Mean Kullback-Leibler divergence of the candidate's probabilities from the reference's, in nats. */
  readonly kl: number | null;
  /** Largest errors first. */
  readonly worst: readonly WorstSampleReport[];
  /** What was done to make inputs of images; null for arrays. */
  readonly preprocessing: PreprocessingReport | null;
  /** Of the names and bytes of all samples, in their order. */
  readonly sha256: Sha256;
}

/** A share of counted samples, with Wilson's 95 % interval. */
export interface ShareReport {
  readonly share: Share;
  readonly low: Share;
  readonly high: Share;
}

/** A sample on which a candidate is far from the reference. */
export interface WorstSampleReport {
  readonly sample: string;
  /** max |a - b| / max |a| of this sample, of the output that is furthest off. */
  readonly error: NotNegative | null;
  /** What each chooses: a class name, or its index; null where the output has no classes. */
  readonly reference: string | null;
  readonly candidate: string | null;
}

/** How pixels of a file became an input. */
export interface PreprocessingReport {
  /** Name and version of what decodes. */
  readonly decoder: string;
  /** Height and width, or the shorter side alone; null: as the file is. */
  readonly resize: readonly WholeNumber[] | null;
  readonly interpolation: 'bilinear' | 'bicubic' | 'nearest';
  /** Height and width of the central crop; null: none. */
  readonly crop: readonly [WholeNumber, WholeNumber] | null;
  readonly order: 'rgb' | 'bgr' | 'gray';
  /** One a channel: y = (p / 255 - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Of all of the above. */
  readonly sha256: Sha256;
}
