import type { Payload } from '../../engines/index.js';
import type { Scratch } from '../../files/index.js';
import { sha256 } from '../../files/index.js';
import type { ArtefactPort, Runnable, Target } from '../../formats/format.js';
import { formats } from '../../formats/index.js';
import type { Model, Tensor } from '../../model/index.js';
import { lowerFor } from '../../source/lower-for.js';
import { castTensor, permuteAxes } from '../../trials/axes.js';

/** What an engine is given to load and run. */
export interface Prepared {
  /** Made when its turn comes, and not kept: many networks are more than memory holds. */
  payload(): Omit<Payload, 'optimize' | 'threads'>;
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly outputs: readonly string[];
}

/** A network in one form that is to be timed, in whatever format an engine takes. */
export interface Subject {
  /** By which it is told from others. */
  readonly key: string;
  /**
   * Makes it ready to run in a format. Asked once for each.
   * @throws UnsupportedError where the format cannot express it
   */
  prepare(format: string): Promise<Prepared>;
}

/** What a subject is made of. */
export interface SubjectParts {
  readonly key: string;
  /** All sizes fixed, and types inferred. */
  readonly model: Model;
  /** A tensor for each of its inputs, by name. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly scratch: Scratch;
}

/** A graph of ours as a subject: written in each format as `convert` writes it, opened again, and put aside in `scratch`. */
export function subjectOf({ key, model, feeds, scratch }: SubjectParts): Subject {
  return {
    key,
    async prepare(format) {
      const target = await formats.get(format)?.load();
      if (!target) throw new Error(`there is no format ${format}`);
      return prepareIn(target, model, feeds, scratch);
    },
  };
}

/**
 * Makes a subject ready in some formats now, so that what it was read from can be closed; it answers for those alone then. What
 * a format cannot express is thrown when it is asked for.
 */
export async function prepareNow(subject: Subject, formatNames: readonly string[]): Promise<Subject> {
  const prepared = new Map(formatNames.map((format) => [format, subject.prepare(format)]));
  await Promise.allSettled(prepared.values());
  return {
    key: subject.key,
    prepare: (format) => prepared.get(format) ?? Promise.reject(new Error(`${subject.key} is not ready in ${format}`)),
  };
}

async function prepareIn(
  target: Target,
  model: Model,
  feeds: ReadonlyMap<string, Tensor>,
  scratch: Scratch,
): Promise<Prepared> {
  const artefact = target.write(lowerFor(target, model, {}).program, 'network', (chunks) => sha256(chunks));
  const opened = target.open(artefact);
  return {
    payload: await putAside(target.runnable(opened), scratch),
    feeds: new Map(opened.inputs.flatMap((port) => fed(port, feeds))),
    outputs: opened.outputs.flatMap(({ name, dtype }) => (dtype === undefined ? [] : [name])),
  };
}

/** Keeps what an engine takes in files. @returns what reads them again */
export async function putAside({ model, files }: Runnable, scratch: Scratch): Promise<Prepared['payload']> {
  const file = await scratch.write(model);
  const beside = new Map<string, string>();
  for (const [name, chunks] of files) beside.set(name, await scratch.write(chunks));
  return () => ({
    model: scratch.read(file),
    files: new Map(Array.from(beside, ([name, place]) => [name, scratch.read(place)])),
  });
}

/** A source's input as an artefact takes it. */
function fed(
  { name, sourceName, dtype, permutation }: ArtefactPort,
  feeds: ReadonlyMap<string, Tensor>,
): [string, Tensor][] {
  const tensor = feeds.get(sourceName);
  if (!tensor) return [];
  const cast = dtype ? castTensor(tensor, dtype) : tensor;
  return [[name, permutation ? permuteAxes(cast, permutation) : cast]];
}
