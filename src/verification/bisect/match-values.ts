import type { Network } from '../../check/pieces/network.js';
import { type Fed, LoadedPiece } from '../../check/pieces/run-piece.js';
import type { ArtefactValue, Held } from '../../formats/format.js';
import { isFloat, type Tensor } from '../../model/index.js';
import { inversePermutation, permuteAxes } from '../../trials/axes.js';
import type { Trial } from '../../trials/index.js';
import { inOrder, isFollowing } from './correspond.js';
import { type Pair, pairOf } from './pair.js';
import { distanceOf, type Sketch, sketch } from './sketch.js';
import { HELD_BYTES, survey } from './survey.js';

/** Up to this distance two values are one, in what the candidate computes in. */
const EQUAL: Readonly<Record<Held, number>> = { fp32: 1e-3, fp16: 2e-2, int8: 1e-1 };
/** Beyond this they have nothing to do with each other. */
const UNLIKE = 1.3;
/** A value is not given up before so many later ones were seen: one of them may be the reference's. */
const LOOK_AHEAD = 16;
/** So many values from the first on may be what is spoilt first: a convolution, and what it is with its bias. */
const LIKELY = 2;
/** Axes as they lie in formats that have channels last. */
const ORDERS: ReadonlyMap<number, readonly (readonly number[])[]> = new Map([
  [3, [[0, 2, 1]]],
  [4, [[0, 2, 3, 1]]],
]);

interface Reference {
  readonly value: ArtefactValue;
  readonly sketch: Sketch;
  readonly fed: Pick<Fed, 'dtype' | 'rank'>;
}

interface Likeness {
  readonly distance: number;
  readonly value: string;
  readonly candidate: ArtefactValue;
}

/**
 * Values of both networks that are equal on a sample, for files that do not say what the reference calls their values. What
 * is found is fed to what comes behind it, so that a fault stays where it is: what it spoils has no equal, and is then taken for
 * the likest value that follows from the same ones.
 * @param named what bears one name in both; it decides where several are equal, and what is left
 * @throws EngineFailure
 */
export async function pairsByValue(
  networks: { readonly reference: Network; readonly candidate: Network; readonly precision: Held },
  named: readonly Pair[],
  trial: Trial,
): Promise<Pair[]> {
  const references = await sketched(networks.reference, trial);
  const matching = new Matching(networks, named, references, trial);
  await matching.run();
  return inOrder(matching.pairs(), networks.reference);
}

async function sketched(reference: Network, trial: Trial): Promise<Map<string, Reference>> {
  const computed = reference.values
    .filter(({ name }) => isFollowing(reference, name))
    .map((value) => ({ ...value, sourceName: value.name }));
  const found = new Map<string, Reference>();
  await survey(reference, computed, trial, (value, tensor) => {
    const { dtype, shape } = tensor;
    if (isFloat(dtype)) found.set(value.name, { value, sketch: sketch(tensor), fed: { dtype, rank: shape.length } });
  });
  return found;
}

/** One walk along the candidate. */
class Matching {
  readonly #reference: Network;
  readonly #candidate: Network;
  readonly #equal: number;
  readonly #named: ReadonlyMap<string, string>;
  readonly #references: ReadonlyMap<string, Reference>;
  readonly #trial: Trial;
  /** By the candidate's name. */
  readonly #found = new Map<string, Pair>();
  readonly #taken = new Set<string>();

  constructor(
    networks: { readonly reference: Network; readonly candidate: Network; readonly precision: Held },
    named: readonly Pair[],
    references: ReadonlyMap<string, Reference>,
    trial: Trial,
  ) {
    this.#reference = networks.reference;
    this.#candidate = networks.candidate;
    this.#equal = EQUAL[networks.precision];
    this.#named = new Map(named.map(({ value, candidate }) => [candidate.name, value]));
    this.#references = references;
    this.#trial = trial;
    const outputs = new Set(this.#candidate.outputs.map(({ name }) => name));
    for (const { value, candidate } of named) if (outputs.has(candidate.name)) this.#take(value, candidate);
  }

  pairs(): Pair[] {
    return [...this.#found.values()];
  }

  async run(): Promise<void> {
    const { wiring, values } = this.#candidate;
    const waiting = values
      .filter(({ name }) => isFollowing(this.#candidate, name) && !this.#found.has(name))
      .sort((a, b) => wiring.placeOf(a.name) - wiring.placeOf(b.name));
    let open: ArtefactValue[] = [];
    let count = LOOK_AHEAD;
    while (waiting.length > 0 || open.length > 0) {
      open.push(...waiting.splice(0, count));
      const seen = await this.#look(open);
      count = Math.max(1, Math.min(LOOK_AHEAD, Math.floor(HELD_BYTES / Math.max(1, seen.meanBytes))));
      const hasFound = this.#takeEqual(seen.likenesses);
      open = this.#stillOpen(open);
      const isLate = waiting.length === 0 || open.length > LOOK_AHEAD;
      if (!hasFound && isLate && open.length > 0 && !this.#takeLikest(open, seen.likenesses)) {
        if (waiting.length === 0) return;
        open.shift();
      }
    }
  }

  /** How like every open value is to the reference's, all that is found already being fed. */
  async #look(open: readonly ArtefactValue[]): Promise<{ likenesses: Likeness[]; meanBytes: number }> {
    const names = open.map(({ name }) => name);
    const reads = this.#candidate.wiring
      .leadingTo(names, this.#found)
      .reads.flatMap((name) => this.#found.get(name) ?? []);
    const fed = reads.flatMap(({ value, candidate }) => {
      const known = this.#references.get(value);
      return known ? [{ ...candidate, ...known.fed }] : [];
    });
    const truth = fed.length > 0 ? await this.#valuesOfReference(fed) : new Map<string, Tensor>();
    const piece = await LoadedPiece.load(
      this.#candidate,
      fed,
      open.map(({ name }) => ({ name, sourceName: name })),
    );
    const answers = await piece.run(this.#trial, truth);
    await piece.release();
    const likenesses: Likeness[] = [];
    let bytes = 0;
    for (const { name } of open) {
      const tensor = answers.get(name);
      if (!tensor) continue;
      bytes += tensor.byteLength;
      if (isFloat(tensor.dtype)) likenesses.push(...this.#likenesses(name, tensor));
    }
    return { likenesses, meanBytes: bytes / open.length };
  }

  async #valuesOfReference(fed: readonly Fed[]) {
    const outputs = fed.flatMap(({ sourceName }) => {
      const known = this.#references.get(sourceName);
      return known ? [{ ...known.value, sourceName }] : [];
    });
    const piece = await LoadedPiece.load(this.#reference, [], outputs);
    return piece.run(this.#trial).finally(() => piece.release());
  }

  #likenesses(name: string, tensor: Tensor): Likeness[] {
    const orders = [undefined, ...(ORDERS.get(tensor.shape.length) ?? [])];
    return orders.flatMap((permutation) => {
      const found = sketch(permutation ? permuteAxes(tensor, inversePermutation(permutation)) : tensor);
      return Array.from(this.#references, ([value, reference]) => ({
        value,
        candidate: { name, sourceName: value, permutation },
        distance: distanceOf(reference.sketch, found),
      })).filter(({ distance }) => distance < UNLIKE);
    });
  }

  /** Nearest first; of equal ones what bears the name, then the earliest of the reference. */
  #takeEqual(likenesses: readonly Likeness[]): boolean {
    const equal = likenesses.filter(({ distance }) => distance <= this.#equal);
    const rank = ({ distance, value, candidate }: Likeness) =>
      this.#named.get(candidate.name) === value ? 0 : Math.max(distance, this.#equal / 100);
    const ranked = equal.sort(
      (a, b) => rank(a) - rank(b) || this.#reference.wiring.placeOf(a.value) - this.#reference.wiring.placeOf(b.value),
    );
    return ranked.filter(({ value, candidate }) => this.#take(value, candidate)).length > 0;
  }

  /** Takes what is spoilt first for the value of the reference that it should be. */
  #takeLikest(open: readonly ArtefactValue[], likenesses: readonly Likeness[]): boolean {
    const [first] = open;
    if (!first) return false;
    const from = this.#readsOf(first.name);
    const group = new Set(open.map(({ name }) => name).filter((name) => this.#readsOf(name) === from));
    const possible = likenesses.filter(
      ({ value, candidate }) =>
        group.has(candidate.name) && !this.#taken.has(value) && this.#readsOfReference(value) === from,
    );
    const named = possible.find(({ value, candidate }) => this.#named.get(candidate.name) === value);
    const nearest = new Set([...new Set(possible.map(({ candidate }) => candidate.name))].slice(0, LIKELY));
    const [likest] = possible
      .filter(({ candidate }) => nearest.has(candidate.name))
      .sort((a, b) => a.distance - b.distance);
    const chosen = named ?? likest;
    return chosen !== undefined && this.#take(chosen.value, chosen.candidate);
  }

  /** What a value follows from among those that both have, as one text. */
  #readsOf(name: string): string {
    const { reads } = this.#candidate.wiring.leadingTo([name], this.#found);
    const own = new Map(this.#reference.inputs.map((port) => [port.sourceName, port.name]));
    const inputs = new Map(this.#candidate.inputs.map((port) => [port.name, own.get(port.sourceName)]));
    return reads
      .map((read) => this.#found.get(read)?.value ?? inputs.get(read) ?? read)
      .sort()
      .join();
  }

  #readsOfReference(value: string): string {
    const { wiring } = this.#reference;
    const { reads } = wiring.leadingTo([value], this.#taken);
    return reads
      .filter((read) => wiring.depthOf(read) !== undefined)
      .sort()
      .join();
  }

  /** What has no equal itself but leads to a value that has one is no value of the reference. */
  #stillOpen(open: readonly ArtefactValue[]): ArtefactValue[] {
    const { wiring } = this.#candidate;
    const found = open.filter(({ name }) => this.#found.has(name)).map(({ name }) => name);
    const leading = new Set(wiring.leadingTo(found, this.#found).nodes.flatMap(({ outputs }) => outputs));
    return open.filter(({ name }) => !this.#found.has(name) && !leading.has(name));
  }

  #take(value: string, candidate: ArtefactValue): boolean {
    const known = this.#references.get(value);
    if (!known || this.#taken.has(value) || this.#found.has(candidate.name)) return false;
    this.#taken.add(value);
    this.#found.set(candidate.name, pairOf(known.value, candidate));
    return true;
  }
}
