import type { ResolvedConvert } from '../commands/convert/options.js';
import { type Destination, destinationOf, type Identity, identityAt, placeKey } from '../files/index.js';
import type { FormatDeclaration } from '../formats/format.js';
import { UsageError } from '../model/index.js';
import { reportPlaces } from '../run/write-reports.js';

/** Where the artefacts of one model go. */
export interface Plan {
  readonly path: string;
  readonly baseName: string;
  readonly destinations: ReadonlyMap<string, Destination>;
}

/**
 * Decides every final name before any work, and refuses those that would meet an input or each other.
 * @throws UsageError
 */
export function planOutputs(
  paths: readonly string[],
  targets: readonly FormatDeclaration[],
  options: ResolvedConvert,
): Plan[] {
  const plans = paths.map((path) => {
    const baseName = options.name.replaceAll('{name}', sourceName(path));
    const destinations = new Map(
      targets.map(({ name, suffix, placement }) => [name, destinationOf(options.outDir, baseName + suffix, placement)]),
    );
    return { path, baseName, destinations };
  });
  expectDistinct(plans);
  const inputs = [...paths, options.inputs, options.labels].filter((path) => path !== undefined);
  for (const { destinations } of plans) {
    for (const { shown } of destinations.values()) expectNoInput(shown, inputs);
  }
  expectOwnReports(reportPlaces(options), inputs, plans);
  return plans;
}

/**
 * Refuses an output that is one of the files read, by device and inode: no spelling of a path hides that.
 * @throws UsageError
 */
export function expectNoInput(output: string, inputs: readonly string[]): void {
  const identity = identityAt(output);
  const input = identity && inputs.find((path) => identityAt(path) === identity);
  if (input !== undefined) throw isTheInput(output, input);
}

/** The same for files that are known by their identity, such as external data. @throws UsageError */
export function expectNotAmong(output: string, files: ReadonlySet<Identity>): void {
  const identity = identityAt(output);
  if (identity && files.has(identity)) throw isTheInput(output, 'external data of the model');
}

function isTheInput(output: string, input: string): UsageError {
  const what = output === input ? 'the output is the input' : `the output is the input ${input}`;
  return new UsageError({ what, where: { file: output }, todo: 'choose another --name or --out-dir' });
}

/** The file name of a path, without `.onnx`. Both separators count, so that a name is the same on every platform. */
function sourceName(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? '').replace(/\.onnx$/i, '');
}

function expectDistinct(plans: readonly Plan[]): void {
  const taken = new Map<string, string>();
  for (const { path, destinations } of plans) {
    for (const { shown } of destinations.values()) {
      const key = placeKey(shown);
      const other = taken.get(key);
      if (other !== undefined) {
        throw new UsageError({
          what: `${other} and ${path} would both be written to ${shown}`,
          todo: 'convert them in two runs, or into two folders',
        });
      }
      taken.set(key, path);
    }
  }
}

function expectOwnReports(reports: readonly string[], inputs: readonly string[], plans: readonly Plan[]): void {
  for (const report of reports) {
    expectNoInput(report, inputs);
    for (const { destinations } of plans) {
      for (const { shown } of destinations.values()) {
        if (placeKey(report) === placeKey(shown) || placeKey(report).startsWith(`${placeKey(shown)}/`)) {
          throw new UsageError({ what: 'the report and an artefact have the same place', where: { file: report } });
        }
      }
    }
  }
  const twice = reports.find(
    (report, place) => reports.findIndex((each) => placeKey(each) === placeKey(report)) < place,
  );
  if (twice !== undefined) throw new UsageError({ what: 'two reports have the same place', where: { file: twice } });
}
