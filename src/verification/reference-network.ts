import { artefactNetwork, type Network, sourceNetwork } from '../check/pieces/network.js';
import { asOneChunk } from '../model/index.js';
import type { Engines } from './engines.js';
import type { Reference } from './reference.js';

/** The very bytes that candidates are compared by, in pieces. */
export async function referenceNetwork({ artefact, runs, graph }: Reference, engines: Engines): Promise<Network> {
  const { target, opened } = artefact;
  const engine = engines.forReference(target.engine);
  if (!graph) return artefactNetwork(target, opened, runs, { engine, optimize: false });
  const { model, files } = runs.payload;
  return sourceNetwork({
    bytes: model instanceof Uint8Array ? model : asOneChunk(model),
    files,
    ports: runs,
    values: opened.values,
    engine,
  });
}
