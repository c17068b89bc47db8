import { type Declaration, flag, number, numbers, oneOf } from '../option-kinds.js';
import { usage } from './reading-options.js';

/** What every command that compares with a source can be asked. */
export interface CheckingOptions {
  /** Largest `error` that passes, in place of the precision's own. */
  readonly tolerance?: number | undefined;
  /** ONNX Runtime for the check: native where it is installed. */
  readonly engine?: 'native' | 'wasm' | undefined;
  /**
   * Seconds that each engine run may take.
   * @default 300
   */
  readonly timeout?: number | undefined;
  /** Proves the merged blocks of ONNX files in float32 equal to their sources on every input. */
  readonly prove?: boolean | undefined;
}

/** How each of them is read and judged. */
export const CHECKING = {
  tolerance: {
    kind: number((value) => value >= 0, 'a number from 0 on'),
    flag: '--tolerance <r>',
    help: 'largest relative error that passes (by precision)',
  },
  engine: {
    kind: oneOf('native', 'wasm'),
    flag: '--engine <name>',
    help: 'ONNX Runtime for the check: native or wasm (native if installed)',
  },
  timeout: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--timeout <seconds>',
    help: 'for each engine run (300)',
  },
  prove: {
    kind: flag,
    flag: '--prove',
    help: 'proves merged blocks of ONNX in fp32 equal to their source, coefficient by coefficient',
  },
} satisfies Record<keyof CheckingOptions, Declaration>;

/** How pixels become what the network was trained on. */
export interface PixelOptions {
  /** The order of colours that the network was trained on. */
  readonly image?: 'rgb' | 'bgr' | 'gray' | undefined;
  /** One per channel, in torchvision's units: y = (p / 255 - mean) / std. */
  readonly mean?: readonly number[] | undefined;
  /** The same, what is divided by. */
  readonly std?: readonly number[] | undefined;
}

/** How each of them is read and judged. @param image what the command does with pixels */
export const pixelDeclarations = (image: string): Readonly<Record<keyof PixelOptions, Declaration>> => ({
  image: { kind: oneOf('rgb', 'bgr', 'gray'), flag: '--image <order>', help: image },
  mean: {
    kind: numbers(() => true, 'a number'),
    flag: '--mean <list>',
    help: 'with --image: y = (p / 255 - mean) / std, one per channel (0)',
  },
  std: {
    kind: numbers((value) => value !== 0, 'a number other than 0'),
    flag: '--std <list>',
    help: 'with --image: see --mean (1)',
  },
});

/** @throws UsageError where they do not go together */
export function expectPixelOptions({ image, mean, std }: PixelOptions): void {
  if (!image && (mean || std))
    throw usage(`${mean ? '--mean' : '--std'} needs --image`, 'say which order with --image');
  const channels = image === 'gray' ? 1 : 3;
  for (const [name, list] of [['--mean', mean] as const, ['--std', std] as const]) {
    if (list && list.length !== channels && list.length !== 1) {
      throw usage(`${name} has ${list.length} values, --image ${image} takes ${channels}`);
    }
  }
  expectUnitsOfOne('--mean', mean, (value) => value > 1);
  expectUnitsOfOne('--std', std, (value) => value >= 2);
}

/** Pixels are divided by 255 first, so values in their own units would send nearly all of them to one number. */
function expectUnitsOfOne(name: string, list: readonly number[] = [], isOver: (value: number) => boolean): void {
  const over = list.find(isOver);
  if (over !== undefined) throw usage(`${name} ${over}: these look like units of 0 to 255`, 'divide by 255');
}
