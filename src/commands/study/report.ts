// `mobileone/study.schema.json` is made from these types and their comments.

import type { ErrorReport, ExitCode, Milliseconds, NotNegative, WholeNumber } from '../../report/report.js';
import type { AblationReport } from '../../study/ablations/report.js';
import type { AdviceReport } from '../../study/advice/report.js';
import type { CorrelationReport, TimeModelReport } from '../../study/explain/report.js';
import type { ProfileReport } from '../../study/profile/report.js';

/**
 * What networks cost, and why. Paths are as the user gave them; there is no time stamp, and no number that JSON cannot hold.
 * @title Study of mobileone
 */
export interface StudyReport {
  readonly tool: { readonly name: 'mobileone'; readonly version: string };
  readonly command: 'study';
  readonly exitCode: ExitCode;
  /** Wall-clock time of the whole run. */
  readonly milliseconds: Milliseconds;
  readonly machine: MachineReport;
  /** Engines that networks were timed in; empty with `--no-latency`. */
  readonly engines: readonly EngineReport[];
  /** By how much turns of one network differ, as a share of its median; null where nothing was timed twice. */
  readonly noise: NotNegative | null;
  readonly networks: readonly NetworkReport[];
  readonly correlations: readonly CorrelationReport[];
  /** Fits of latency to what is known without running, one for each engine and number of threads; none where there are too few networks. */
  readonly model: readonly TimeModelReport[];
  /** What would make networks faster, each measured; empty without `--advice`, and where nothing gains. */
  readonly advice: readonly NetworkAdvice[];
  /** What choices of a plain network cost; empty without `--ablate`. */
  readonly ablations: readonly NetworkAblation[];
  /** Where the time of a run goes, node by node; empty without `--profile`. */
  readonly profiles: readonly NetworkProfileReport[];
  /** What was assumed, left out or disturbed, a sentence each. */
  readonly notes: readonly string[];
  /** Why the exit code is not 0. */
  readonly errors: readonly ErrorReport[];
}

/** Advice on the network of this file. */
export type NetworkAdvice = AdviceReport & { readonly path: string };

/** One choice of a plain network of thirty convolutions. */
export type NetworkAblation = AblationReport;

/** A profile of the network of this file. */
export type NetworkProfileReport = ProfileReport & { readonly path: string };

/** Where it ran. */
export interface MachineReport {
  /** As Node calls them: `linux`, `x64`. */
  readonly platform: string;
  readonly architecture: string;
  readonly node: string;
  /** As it calls itself. */
  readonly processor: string;
  readonly cores: WholeNumber;
}

/** An engine as it was there. */
export interface EngineReport {
  readonly engine: string;
  /** Package that does the work, and its version. */
  readonly package: string;
  readonly version: string;
  /** The browser that it runs in, by product and version; null where it runs in none. */
  readonly browser: string | null;
  /** What draws for the webgl backend, as the browser calls it; null of all others. */
  readonly renderer: string | null;
}

/** One network in one form. What cannot be known without running is null. */
export interface NetworkReport {
  readonly path: string;
  /** As its file has it, or as `convert` would write it. */
  readonly form: 'source' | 'fused';
  /** Sizes of its inputs, by name: all figures are for these. */
  readonly inputs: Readonly<Record<string, readonly WholeNumber[]>>;
  /** Multiply-accumulates of Conv, ConvTranspose, Gemm and MatMul. */
  readonly macs: WholeNumber | null;
  /** Elements of the floating-point constants that were trained; no running statistics, no scalars. */
  readonly parameters: WholeNumber;
  /** Elements of the results of Conv, ConvTranspose, Gemm and MatMul. */
  readonly activations: WholeNumber | null;
  /** With every operand read once and every result written once. */
  readonly bytesMoved: WholeNumber | null;
  readonly moved: { readonly weights: WholeNumber | null; readonly activations: WholeNumber | null };
  /** Nodes that are work, by operator; those of other domains as `domain.Operator`. */
  readonly operators: Readonly<Record<string, ClassReport>>;
  /** The same of products: `depthwise`, `pointwise`, `dense`, `grouped`, `matrix`. */
  readonly products: Readonly<Record<string, ClassReport>>;
  readonly nodes: WholeNumber;
  /** Most nodes that wait for each other. */
  readonly depth: WholeNumber;
  /** Ways beyond the first that values go. */
  readonly branches: WholeNumber;
  /** Nodes before which everything has to be there. */
  readonly synchronisations: WholeNumber;
  /** By kind. */
  readonly activationFunctions: Readonly<Record<string, WholeNumber>>;
  /** Multiply-accumulates for each byte moved. */
  readonly intensity: NotNegative | null;
  readonly latency: readonly LatencyReport[];
  /** Engines that it could not be timed in, and why. */
  readonly notTimed: readonly { readonly engine: string; readonly reason: string }[];
}

/** What one class of nodes does and moves. */
export interface ClassReport {
  readonly nodes: WholeNumber;
  readonly macs: WholeNumber;
  readonly bytes: WholeNumber;
}

/** Latency in one engine. */
export interface LatencyReport {
  readonly engine: string;
  /** 1, or `all` that the machine has. */
  readonly threads: 1 | 'all';
  /** Of the runs in the quieter half of the turns: what disturbs a machine makes turns slower, and never faster. */
  readonly median: Milliseconds;
  /** The median of the distances of all runs from it, not scaled. */
  readonly mad: Milliseconds;
  /** All of them. */
  readonly runs: WholeNumber;
  /** The fastest run, which was disturbed least. */
  readonly fastest: Milliseconds;
}
