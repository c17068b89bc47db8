import type { MobileoneError, Model } from '../model/index.js';
import type { Changes } from '../passes/pass.js';
import {
  type ArtefactReport,
  type CandidateReport,
  type Counts,
  type DeclinedBlock,
  type DiffReport,
  type FusedBlock,
  type ListedNode,
  type ModelReport,
  reportError,
  type SourceReport,
  type TargetReport,
  type ValueReport,
} from '../report/index.js';
import { declinedBlocks, fusedBlocks } from '../source/blocks.js';
import { countGraph } from '../source/counts.js';
import type { Links } from '../source/links.js';
import type { Stock } from '../source/take-stock.js';
import type { Stations } from './stations.js';

/** The report of one model while it grows: whatever ends the work, what is known by then is told. */
export class Draft {
  source: SourceReport;
  inputs: readonly ValueReport[] = [];
  outputs: readonly ValueReport[] = [];
  before: Counts | null = null;
  after: Counts | null = null;
  fused: readonly FusedBlock[] = [];
  declined: readonly DeclinedBlock[] = [];
  targets: TargetReport[] = [];
  nodes: readonly ListedNode[] | null = null;
  diff: DiffReport | null = null;
  artefacts: ArtefactReport[] = [];
  candidates: CandidateReport[] = [];
  /** Small pictures of samples by their names, as `data:` addresses; for pages alone. */
  thumbnails: ReadonlyMap<string, string> = new Map();
  readonly #notes = new Set<string>();
  readonly #path: string;
  #links: Links = new Map();
  /** Why the model failed; the first reason counts. */
  error: MobileoneError | undefined;

  constructor(path: string) {
    this.#path = path;
    this.source = { path, bytes: null, sha256: null, data: [], exporter: null, irVersion: null, opset: null };
  }

  takeStock({ inputs, outputs, before, links, notes }: Stock): void {
    this.inputs = inputs;
    this.outputs = outputs;
    this.before = before;
    this.#links = links;
    this.note(...notes);
  }

  /** What passes made of the model. */
  takeFused(model: Model, { declined, notes }: Changes): void {
    this.after = countGraph(model.graph);
    this.fused = fusedBlocks(model.graph, this.#links);
    this.declined = declinedBlocks(declined);
    this.note(...model.notes, ...notes);
  }

  note(...notes: readonly string[]): void {
    for (const note of notes) this.#notes.add(note);
  }

  fail(error: MobileoneError): void {
    this.error ??= error;
  }

  finish(stations: Stations): ModelReport {
    const {
      source,
      inputs,
      outputs,
      before,
      after,
      fused,
      declined,
      targets,
      nodes,
      diff,
      artefacts,
      candidates,
      error,
    } = this;
    return {
      source,
      exitCode: error?.exitCode ?? 0,
      error: error ? reportError(error, this.#path) : null,
      inputs,
      outputs,
      before,
      after,
      fused,
      declined,
      notes: [...this.#notes],
      targets,
      nodes,
      diff,
      artefacts,
      candidates,
      stations: stations.report,
    };
  }
}
