import { readFile } from '../../files/index.js';
import { InputError } from '../../model/index.js';
import { showName } from '../../report/text.js';
import type { LatencyReport, NetworkReport } from './report.js';

const LIMIT = { bytes: 2 ** 28, what: 'over the limit of 256 MiB for a report', todo: 'name a report of study' };

/** A median may grow by so much, or by so many times the spread, whichever is more. */
const SHARE = 0.05;
const SPREADS = 3;

/**
 * Holds latencies against those of an earlier report: the same file, form, engine and threads. The spread is the larger of the
 * two MADs.
 * @returns what became slower, a clause each
 * @throws InputError where the file is no report of a study, or none of these networks is in it
 */
export function expectNotSlower(networks: readonly NetworkReport[], file: string): string[] {
  const before = readBaseline(file);
  const pairs = networks.flatMap(({ path, form, latency }) =>
    latency.flatMap((now) => {
      const was = before.get(keyOf(path, form, now));
      return was ? [{ path, form, now, was }] : [];
    }),
  );
  if (pairs.length === 0) {
    throw new InputError({ what: 'no latency in it is of a network, form and engine of this run', where: { file } });
  }
  return pairs.flatMap(({ path, form, now, was }) => {
    const allowed = Math.max(SHARE * was.median, SPREADS * Math.max(was.mad, now.mad));
    if (now.median - was.median <= allowed) return [];
    const grown = `${was.median} ms became ${now.median} ms, which is over the ${allowed.toFixed(3)} ms that are allowed more`;
    return [`${showName(path)}, ${form}, in ${now.engine}, threads ${now.threads}: ${grown}`];
  });
}

function keyOf(
  path: unknown,
  form: unknown,
  { engine, threads }: { readonly engine: unknown; readonly threads: unknown },
) {
  return JSON.stringify([path, form, engine, threads]);
}

function readBaseline(file: string): Map<string, Pick<LatencyReport, 'median' | 'mad'>> {
  const { bytes } = readFile(file, LIMIT);
  const found = new Map<string, Pick<LatencyReport, 'median' | 'mad'>>();
  for (const network of listIn(parse(bytes, file), 'networks', file)) {
    for (const latency of listIn(network, 'latency', file)) {
      const { engine, threads, median, mad } = latency;
      if (typeof median !== 'number' || typeof mad !== 'number') throw noReport(file);
      found.set(keyOf(network.path, network.form, { engine, threads }), { median, mad });
    }
  }
  return found;
}

type Members = Readonly<Record<string, unknown>>;

function parse(bytes: Uint8Array, file: string): Members {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(parsed)) return parsed;
  } catch {
    // Said below.
  }
  throw noReport(file);
}

function listIn(members: Members, key: string, file: string): readonly Members[] {
  const list = members[key];
  if (!Array.isArray(list) || !list.every(isObject)) throw noReport(file);
  return list;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function noReport(file: string): InputError {
  return new InputError({ what: 'not a report of mobileone study', where: { file }, todo: 'write one with --report' });
}
