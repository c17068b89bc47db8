import type { ImageOptions } from '../formats/format.js';
import type { AskedShape, Model } from '../model/index.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import type { Changes } from '../passes/pass.js';
import { optimize } from '../passes/pipeline.js';
import { type ImageInput, normaliseImage } from './normalise-image.js';
import { type Stock, takeStock } from './take-stock.js';

/** What a source is to become before targets are lowered from it. */
export interface Asked {
  /** Sizes of inputs by name. */
  readonly shape: ReadonlyMap<string, AskedShape>;
  /** The values that become its outputs. */
  readonly outputs?: readonly string[] | undefined;
  /** Set where the image input is to take pixels: in which order, and how they are normalised. */
  readonly image?: ImageOptions['order'] | undefined;
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  /** false: cleaned only. */
  readonly fuse?: boolean | undefined;
  readonly maxCost?: number | undefined;
  readonly batchNorm?: BatchNormMode | undefined;
}

/** Who wants to be there while a source is prepared. */
export interface Watcher {
  /** Told of the source as it is; what this throws ends the preparation. */
  onStock?(stock: Stock): void;
  /** Told before any pass runs, when its types are known and pixels come in. */
  onReady?(image: ImageInput | undefined): void;
  /** Runs a station of the way, `look` or `fuse`. */
  time?<T>(station: string, step: () => T): T | Promise<T>;
}

/**
 * Takes what was read to what all targets are lowered from, in place: sizes fixed, cut at the outputs, types inferred, pixels
 * normalised, then made the smallest graph that answers the same.
 * @throws UsageError where a name or size does not fit the model; InputError where a node breaks the standard
 */
export async function prepare(model: Model, asked: Asked, watcher: Watcher = {}): Promise<Changes> {
  const { image, mean, std, fuse, maxCost, batchNorm } = asked;
  const { time = (_station, step) => step() } = watcher;
  const stock = await time('look', () => takeStock(model, asked));
  watcher.onStock?.(stock);
  const pixels = image && normaliseImage(model, image, mean, std);
  watcher.onReady?.(pixels);
  return time('fuse', () => optimize(model, { fuse, maxCost, batchNorm, typed: true }));
}
