import { readCoreml } from '../proof/program.js';
import type { Written } from '../proof/proof.js';

/**
 * Compares the class names that a Core ML package says to a user with those that were given. No engine sees them.
 * @throws Error where they differ: a defect
 */
export async function expectClassNames({ target, artefact, options }: Written): Promise<void> {
  if (target.name !== 'coreml' || !options.labels) return;
  const { metadata } = await readCoreml(artefact);
  const [given, written] = [JSON.stringify(options.labels), metadata.get('coreml.classes')];
  if (written !== given) throw new Error(`the package was written with other class names: ${written} for ${given}`);
}
