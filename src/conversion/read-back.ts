import { loadOnnx } from '../formats/index.js';
import { asOneChunk } from '../model/index.js';
import { readCoreml } from '../proof/program.js';
import type { Written } from '../proof/proof.js';

/**
 * Opens an artefact with our own reader, where no engine will: its bytes are those on disk, compared when written.
 * @throws Error where our reader does not take what our writer wrote: a defect
 */
export async function readBack({ target, artefact }: Written): Promise<void> {
  const chunks = artefact.files.get(artefact.commits) ?? [];
  if (target.name === 'onnx') {
    const { readOnnx } = await loadOnnx();
    readOnnx(asOneChunk(chunks));
  } else if (target.name === 'coreml') {
    await readCoreml(artefact);
  } else {
    JSON.parse(new TextDecoder().decode(asOneChunk(chunks)));
  }
}
