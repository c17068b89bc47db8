import { type ListedFile, readFile, sha256 } from '../files/index.js';
import { formatShape, InputError } from '../model/index.js';
import {
  arraysOf,
  type GivenArrays,
  type InputSpec,
  type PixelInput,
  readArrays,
  type Trial,
  type UserArrays,
  userTrials,
} from '../trials/index.js';

/** How arrays are read. */
export interface ArrayRequest {
  readonly specs: readonly InputSpec[];
  /** Where arrays hold pixels. */
  readonly pixels: PixelInput | undefined;
  /** For a file, and for what an `.npz` unpacks to. */
  readonly maxBytes: number;
}

/** The samples of one file of arrays: its rows, where the first axis of every input is a batch. @throws InputError */
export function samplesOfFile(
  file: string,
  request: ArrayRequest,
): { readonly samples: readonly Trial[]; readonly sha256: string; readonly notes: readonly string[] } {
  const { trials, sha256, notes } = trialsOf(file, { ...request, specs: request.specs.map(oneAtATime) });
  return { samples: trials.map(hashed), sha256, notes };
}

/** The same of arrays in memory. @throws InputError */
export function samplesOfArrays(given: GivenArrays, request: ArrayRequest): ReturnType<typeof samplesOfFile> {
  const arrays = arraysOf(given);
  const { trials, notes } = trialsFrom(arrays, { ...request, specs: request.specs.map(oneAtATime) });
  const chunks = [...arrays].flatMap(([name = '', { bytes }]) => [new TextEncoder().encode(name), bytes]);
  return { samples: trials.map(hashed), sha256: sha256(chunks), notes };
}

/** Makes a sample of a file of arrays, when it is asked for. @throws InputError, naming the file */
export function samplesOfFiles(files: readonly ListedFile[], request: ArrayRequest): (index: number) => Trial {
  return (index) => {
    const { path: label = '', file = '' } = files[index] ?? {};
    const { trials, sha256 } = trialsOf(file, request);
    const [trial, second] = trials;
    if (!trial || second) {
      const sizes = Array.from(request.specs, ({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ');
      throw new InputError({
        what: `it holds ${trials.length} samples; of a folder, each file is one`,
        where: { file },
        todo: `give arrays of ${sizes}`,
      });
    }
    return { ...trial, label, sha256 };
  };
}

function trialsOf(file: string, { specs, pixels, maxBytes }: ArrayRequest) {
  const limit = { bytes: maxBytes, what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' };
  const { bytes } = readFile(file, limit);
  try {
    return { ...trialsFrom(readArrays(bytes, maxBytes), { specs, pixels }), sha256: sha256([bytes]) };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { what, where, todo } = cause;
    throw new InputError({ what, where: { ...where, file }, ...(todo ? { todo } : {}), cause });
  }
}

function trialsFrom(arrays: UserArrays, { specs, pixels }: Pick<ArrayRequest, 'specs' | 'pixels'>) {
  const { settings, notes } = userTrials(arrays, specs, pixels);
  const trials: readonly Trial[] = settings[0]?.[0]?.() ?? [];
  return { trials, notes };
}

/** Rows of an open batch are samples of their own. */
function oneAtATime(spec: InputSpec): InputSpec {
  return typeof spec.shape[0] === 'string' ? { ...spec, shape: [1, ...spec.shape.slice(1)] } : spec;
}

function hashed(trial: Trial): Trial {
  const chunks = [...trial.artefactFeeds].flatMap(([name, { bytes }]) => [new TextEncoder().encode(name), bytes]);
  return { ...trial, sha256: sha256(chunks) };
}
