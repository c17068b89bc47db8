import type { Interpolation } from '../../data/images/resize.js';
import { type Declaration, oneOf, path, pathOrArrays, sizes } from '../../option-kinds.js';
import { type GivenArrays, isGivenArray } from '../../trials/given-arrays.js';
import { usage } from '../reading-options.js';

/** What can be asked of a user's data. */
export interface DataOptions {
  /**
   * Arrays by the names of inputs, an `.npy` or `.npz` file of them, a folder of those, or a folder of JPEG, PNG and WebP
   * images, instead of seeded inputs.
   */
  readonly inputs?: string | GivenArrays | undefined;
  /** Images, as Pillow resizes them: `[256]` for the shorter side, or `[height, width]`. */
  readonly resize?: readonly number[] | undefined;
  /** What is cut out of the middle after that: `[224]`, or `[height, width]`. */
  readonly crop?: readonly number[] | undefined;
  /**
   * How images are resized.
   * @default 'bilinear'
   */
  readonly interpolation?: Interpolation | undefined;
  /** Classes of the samples: `folders`, or a CSV file of `file,label`. */
  readonly truth?: string | undefined;
}

/** How each of them is read and judged. */
export const DATA = {
  inputs: {
    kind: pathOrArrays(isGivenArray),
    flag: '--inputs <path>',
    help: "what to try, in the reference's layout: .npy, .npz, a folder of them, or of JPEG, PNG or WebP images (seeded)",
  },
  resize: {
    kind: sizes,
    flag: '--resize <n|hxw>',
    help: 'of images, as Pillow does it: the shorter side, or height x width (the size of the input)',
  },
  crop: { kind: sizes, flag: '--crop <n|hxw>', help: 'what is cut out of the middle of resized images' },
  interpolation: {
    kind: oneOf('bilinear', 'bicubic', 'nearest'),
    flag: '--interpolation <how>',
    help: 'of resized images: bilinear, bicubic, both antialiased, or nearest (bilinear)',
  },
  truth: {
    kind: path,
    flag: '--truth <folders|file>',
    help: 'classes of the samples: folders, or a CSV file of file,label',
  },
} satisfies Record<keyof DataOptions, Declaration>;

/** @throws UsageError where they do not go together */
export function expectDataOptions({
  inputs,
  truth,
  maxDrop,
  minAgreement,
  ...images
}: DataOptions & { readonly maxDrop?: number | undefined; readonly minAgreement?: number | undefined }): void {
  const { resize, crop, interpolation } = images;
  const asked = { resize, crop, interpolation, truth, 'min-agreement': minAgreement };
  const [first] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
  if (inputs === undefined && first !== undefined) throw usage(`--${first} needs --inputs`, 'name a folder of samples');
  if (maxDrop !== undefined && truth === undefined) {
    throw usage('--max-drop needs --truth', 'say what the classes are with --truth folders');
  }
}
