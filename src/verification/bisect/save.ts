import { writeWhole } from '../../files/index.js';
import { concatBytes } from '../../model/index.js';
import { writeNpz } from '../../trials/write-npz.js';
import type { Bisected } from './bisect.js';
import { type Evidence, sizesIn } from './causes/evidence.js';
import type { Measured } from './measure.js';

const INPUTS = 'inputs.npz';
const COMMAND = 'command.txt';

/**
 * Writes the smallest model that still differs into a folder: the piece of either network that leads to the value, what it is
 * fed, and the command that shows the difference.
 * @throws OutputError
 */
export async function save(
  { reference, candidate }: Bisected,
  { pair, fed }: Measured,
  evidence: Evidence,
  folder: string,
): Promise<void> {
  const inputs = fed.candidate.map(({ value, reference: own, candidate: { name, permutation }, dtype, shape }) => ({
    name,
    as: evidence.names.get(value) ?? name,
    dtype,
    shape: sizesIn(evidence.sizes.get(value) ?? shape, permutation),
    axes: relative(permutation, own.permutation, shape.length),
  }));
  const written = [
    await reference.save(evidence.piece, 'reference'),
    await candidate.save({ fed: inputs, outputs: [pair.candidate.name] }, 'candidate'),
  ];
  const maps = [
    ...inputs.map(({ as, axes }) => mapOf(as, as, axes)),
    mapOf(
      pair.candidate.name,
      pair.value,
      relative(pair.candidate.permutation, pair.reference.permutation, pair.shape.length),
    ),
  ].flatMap((map) => (map ? ['--map', map] : []));
  const models = written.map(({ path }) => path);
  const command = ['mobileone', 'verify', ...models, '--inputs', INPUTS, ...maps].map(quoted).join(' ');
  const place = (file: string) => `${folder}/${file}`;
  for (const { files } of written) {
    for (const [file, chunks] of files) await writeWhole(place(file), concatBytes(chunks));
  }
  await writeWhole(place(INPUTS), await writeNpz(evidence.feeds));
  await writeWhole(place(COMMAND), new TextEncoder().encode(`${command}\n`));
}

/** Which axis of the reference's tensor each of the candidate's is; undefined: they lie alike. */
function relative(
  candidate: readonly number[] | undefined,
  reference: readonly number[] | undefined,
  rank: number,
): readonly number[] | undefined {
  const plain = Array.from({ length: rank }, (_, axis) => axis);
  const axes = (candidate ?? plain).map((axis) => (reference ?? plain).indexOf(axis));
  return axes.every((axis, k) => axis === k) ? undefined : axes;
}

/** What `--map` has to say; nothing where both have one name and one order of axes. */
function mapOf(candidate: string, reference: string, axes: readonly number[] | undefined): string | undefined {
  if (axes) return `${candidate}=${reference}:${axes.join('')}`;
  return candidate === reference ? undefined : `${candidate}=${reference}`;
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w/.,:=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
