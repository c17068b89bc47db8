import type { ResolvedConvert } from '../commands/convert/options.js';
import {
  type Destination,
  destinationOf,
  expectNoInput,
  type FileInMemory,
  folderName,
  nameOf,
  pathsAmong,
  placeKey,
} from '../files/index.js';
import type { FormatDeclaration } from '../formats/format.js';
import { UsageError } from '../model/index.js';
import { expectOwnPlaces, reportPlaces } from '../run/write-reports.js';

/** Where the artefacts of one model go. */
export interface Plan {
  /** The model: its path, or its bytes. */
  readonly given: string | FileInMemory;
  /** As messages call it. */
  readonly path: string;
  readonly baseName: string;
  readonly destinations: ReadonlyMap<string, Destination>;
}

/**
 * Decides every final name before any work, and refuses those that would meet an input or each other.
 * @throws UsageError
 */
export function planOutputs(
  models: readonly (string | FileInMemory)[],
  targets: readonly FormatDeclaration[],
  options: ResolvedConvert,
): Plan[] {
  const plans = models.map((given) => {
    const path = nameOf(given);
    const baseName = baseNameOf(given, options.name);
    const destinations = new Map(
      targets.map(({ name, suffix, placement }) => [
        name,
        destinationOf(options.outDir ?? '', baseName + suffix, placement),
      ]),
    );
    return { given, path, baseName, destinations };
  });
  expectDistinct(plans);
  const inputs = pathsAmong([...models, options.inputs, options.labels]);
  for (const { destinations } of options.outDir === null ? [] : plans) {
    for (const { shown } of destinations.values()) expectNoInput(shown, inputs);
  }
  expectOwnReports(reportPlaces(options), inputs, options.outDir === null ? [] : plans);
  return plans;
}

/** @throws UsageError where a name is asked for that there is not */
function baseNameOf(given: string | FileInMemory, pattern: string): string {
  const path = nameOf(given);
  if (!pattern.includes('{dir}')) return pattern.replaceAll('{name}', () => sourceName(path));
  const folder = typeof given === 'string' ? folderName(given) : '';
  if (folder === '') {
    throw new UsageError({ what: '--name: {dir}: the folder of the source has no name', where: { file: path } });
  }
  return pattern.replaceAll(/\{name\}|\{dir\}/g, (place) => (place === '{dir}' ? folder : sourceName(path)));
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
          todo: "name them by their folders, --name '{dir}', or convert them in two runs",
        });
      }
      taken.set(key, path);
    }
  }
}

function expectOwnReports(reports: readonly string[], inputs: readonly string[], plans: readonly Plan[]): void {
  expectOwnPlaces(reports, inputs);
  const artefacts = plans.flatMap(({ destinations }) => [...destinations.values()].map(({ shown }) => placeKey(shown)));
  for (const report of reports) {
    const place = placeKey(report);
    if (artefacts.some((artefact) => place === artefact || place.startsWith(`${artefact}/`))) {
      throw new UsageError({ what: 'the report and an artefact have the same place', where: { file: report } });
    }
  }
}
