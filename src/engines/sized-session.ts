import type { Session } from './engine.js';

/** Sizes of inputs by name. */
export type InputSizes = ReadonlyMap<string, readonly number[]>;

/**
 * A session of an engine that runs a model at those sizes alone that it was loaded with: for others it loads the model anew,
 * and keeps the last.
 * @param load the same model at other sizes
 */
export function sizedSession(first: Session, load: (sizes: InputSizes) => Promise<Session>): Session {
  let other: { readonly key: string; readonly session: Session } | undefined;
  const own = keyOf(new Map(first.inputs.map(({ name, shape = [] }) => [name, shape])));
  const sessionFor = async (sizes: InputSizes): Promise<Session> => {
    const key = keyOf(sizes);
    if (key === own) return first;
    if (other?.key === key) return other.session;
    await other?.session.release();
    other = { key, session: await load(sizes) };
    return other.session;
  };
  return {
    ...first,
    async run(feeds, outputs) {
      const session = await sessionFor(new Map(Array.from(feeds, ([name, { shape }]) => [name, shape])));
      return session.run(feeds, outputs);
    },
    async time(feeds, outputs, plan) {
      const session = await sessionFor(new Map(Array.from(feeds, ([name, { shape }]) => [name, shape])));
      return session.time(feeds, outputs, plan);
    },
    async release() {
      await other?.session.release();
      await first.release();
    },
  };
}

function keyOf(sizes: ReadonlyMap<string, readonly (number | string)[]>): string {
  return JSON.stringify([...sizes].sort(([a], [b]) => (a < b ? -1 : 1)));
}
