import type { FilesOnDisk } from '../../files/placement.js';
import { type Declaration, oneOf } from '../../option-kinds.js';
import type { FormatDeclaration, LowerOptions } from '../format.js';
import { PATHS, VERSIONS, type Version } from './program/data-types.js';

/** What only Core ML can be asked. */
export interface CoremlOptions extends Pick<LowerOptions, 'nms'> {
  /**
   * The oldest system that has to run it; raised by need.
   * @default 'iOS15'
   */
  readonly deploymentTarget?: Version['deploymentTarget'] | undefined;
}

const options: Readonly<Record<keyof CoremlOptions, Declaration>> = {
  deploymentTarget: {
    kind: oneOf(...VERSIONS.map(({ deploymentTarget }) => deploymentTarget)),
    flag: '--deployment-target <version>',
    help: 'Core ML: iOS15 to iOS18 (iOS15, raised by need)',
  },
  nms: {
    kind: oneOf('pipeline', 'padded'),
    flag: '--nms <form>',
    help: "Core ML: NonMaxSuppression as pipeline (Core ML's own, for Vision) or padded (a fixed number of rows)",
  },
};

const FILES: readonly string[] = Object.values(PATHS);
/** Key in the user-defined metadata of every package that this tool writes. */
const OUR_KEY = 'mobileone.version';

/** Core ML computes in float16 unless something else is asked for, and states in which order an image has its colours. */
export const coremlDeclaration: FormatDeclaration = {
  name: 'coreml',
  title: 'Core ML',
  suffix: '.mlpackage',
  engine: 'onnxruntime',
  caveat:
    'what the package says was read back and run in ONNX Runtime; Core ML itself did not run, and a device may round otherwise',
  placement: {
    kind: 'package',
    main: PATHS.manifest,
    ours: 'a package that mobileone wrote',
    owns: isOurs,
    isData: () => false,
  },
  arithmetic: new Map([
    ['fp32', 'fp32'],
    ['fp16', 'fp16'],
    ['int8', 'fp16'],
    ['pal6', 'fp16'],
    ['pal4', 'fp16'],
  ]),
  defaultPrecision: () => 'fp16',
  colours: (order) => order,
  options,
};

/** Whether a package was written by this tool and holds nothing but what it writes. */
function isOurs(files: FilesOnDisk): boolean {
  const size = files.size(PATHS.model);
  if (size === undefined) return false;
  for (const { path, kind } of files.entries()) {
    const isKnown = kind === 'file' ? FILES.includes(path) : FILES.some((file) => file.startsWith(`${path}/`));
    if (kind === 'other' || !isKnown) return false;
  }
  return new TextDecoder('latin1').decode(files.read(PATHS.model, 0, size)).includes(OUR_KEY);
}
