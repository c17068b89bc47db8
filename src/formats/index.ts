import { UsageError } from '../model/errors.js';
import { type CoremlOptions, coremlDeclaration } from './coreml/declaration.js';
import type { FormatDeclaration, Target } from './format.js';
import type { InputLayoutOptions } from './input-layout.js';
import { litertDeclaration } from './litert/declaration.js';
import { onnxDeclaration } from './onnx/declaration.js';
import { tfjsDeclaration } from './tfjs/declaration.js';

/** A format of the list; its code is loaded when first asked for. */
export interface ListedFormat extends FormatDeclaration {
  load(): Promise<Target>;
}

const listed = new Map<string, ListedFormat>();

/** Every format by its name, in the order in which help texts list them. */
export const formats: ReadonlyMap<string, ListedFormat> = listed;

/** What a format may be asked for by: the name of each, and the others that mean it. */
export function formatNames(): ReadonlyMap<string, string> {
  const all = [...listed.values()];
  return new Map(all.flatMap(({ name, aliases = [] }) => [name, ...aliases].map((alias) => [alias, name] as const)));
}

/** Each format that is meant once, by its own name. */
export function formatsNamed(names: Iterable<string>): string[] {
  const known = formatNames();
  return [...new Set(Array.from(names, (name) => known.get(name) ?? name))];
}

/** The code of each format that is named. @throws UsageError where there is none of a name */
export function loadTargets(names: readonly string[]): Promise<Target[]> {
  return Promise.all(
    names.map(async (name) => {
      const format = listed.get(name);
      if (!format) throw new UsageError({ what: `there is no target ${name}` });
      return format.load();
    }),
  );
}

/** Adds a format to the list, or puts another in its place. */
export function register(declaration: FormatDeclaration, load: () => Promise<Target>): void {
  listed.set(declaration.name, { ...declaration, load });
}

/** Takes a format off the list. */
export function unregister(name: string): void {
  listed.delete(name);
}

register(onnxDeclaration, async () => (await import('./onnx/index.js')).onnx);
register(tfjsDeclaration, async () => (await import('./tfjs/index.js')).tfjs);
register(litertDeclaration, async () => (await import('./litert/index.js')).litert);
register(coremlDeclaration, async () => (await import('./coreml/index.js')).coreml);

/** What single formats can be asked, for users of the library; the command line reads their declarations. */
export interface FormatOptions extends InputLayoutOptions, CoremlOptions {}

export { LAST_IR_VERSION } from './onnx/opsets.js';
export { ONNX_LIMIT } from './onnx/placement.js';

/** Reading and writing ONNX, which every source is read by and some artefacts are judged through; loaded when first used. */
export const loadOnnx = () => import('./onnx/index.js');

/** Editing a source as decoded protobuf for the check; loaded when first used. */
export const loadReference = () => import('./onnx/reference.js');

export type { ExternalData } from './onnx/external-data.js';
export type { SwitchableFloat16 } from './onnx/switchable-float16.js';
