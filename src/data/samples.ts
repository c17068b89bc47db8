import type { Trial } from '../trials/trial.js';
import type { Pixels } from './images/decode.js';
import type { PreprocessingReport } from './report.js';

/** What is tried, in the order of samples: seeded draws, arrays, folders of arrays, folders of images. */
export interface Samples {
  readonly size: number;
  /**
   * The same index is the same sample in every run and shard. Pixels are in `artefactFeeds`, where the reference gets what
   * they are normalised to.
   * @throws InputError where its file cannot be read
   */
  sample(index: number): Promise<Trial> | Trial;
  /** Whether a user gave them: then classes are judged as well. */
  readonly isUserGiven: boolean;
  /** Class of a sample, where `--truth` says it. */
  truth?(index: number): number | undefined;
  /** What people see of a sample that is an image. @throws InputError where its file cannot be read */
  picture?(index: number): Promise<Pixels>;
  /** What was done to make inputs of image files. */
  readonly preprocessing: PreprocessingReport | null;
  /** SHA-256 of what all of them are called and how long they are, known before the first is read. */
  readonly listing: string;
  /** What a reader should know of them, a sentence each. */
  readonly notes: readonly string[];
}
