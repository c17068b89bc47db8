import type { SourceReport } from '../report/index.js';
import type { OpenArtefact } from './open-artefact.js';

/** What the report says of a reference of any format. */
export function describeReference({ path, artefact, files, bytes, opened }: OpenArtefact): SourceReport {
  const main = files.find((file) => file.path === artefact.commits);
  const provenance = artefact.commits === '' ? opened.graph?.model.provenance : undefined;
  const exporter = [provenance?.producerName, provenance?.producerVersion].filter(Boolean).join(' ');
  return {
    path,
    bytes: artefact.commits === '' ? (main?.bytes ?? 0) : bytes,
    sha256: main?.sha256 ?? null,
    data: files.flatMap(({ path: location, bytes: size, sha256 }) =>
      location === artefact.commits ? [] : [{ location, bytes: size, sha256 }],
    ),
    exporter: exporter || null,
    irVersion: provenance?.irVersion ?? null,
    opset: provenance ? (opened.graph?.model.opset ?? null) : null,
  };
}
