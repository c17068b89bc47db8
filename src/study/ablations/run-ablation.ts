import type { Model } from '../../model/index.js';
import { countGraph } from '../../source/counts.js';
import type { Measure, Timing } from '../measure.js';
import { ABLATIONS, type Variant } from './ablations.js';
import type { AblationName } from './names.js';
import { plainNetwork } from './plain-network.js';
import type { AblationReport, VariantLatency, VariantReport } from './report.js';

/** Builds the network with each choice and measures what that costs. @throws EngineFailure as `measure` does */
export async function runAblation(name: AblationName, measure: Measure): Promise<AblationReport> {
  const { question, variants } = ABLATIONS[name];
  const networks = new Map(variants.map((variant) => [variant.name, plainNetwork(variant.design)] as const));
  const timings = await measure(networks);
  const [first] = variants;
  const base = timings.get(first.name) ?? [];
  return {
    ablation: name,
    question,
    stages: first.design.stages,
    variants: variants.map((variant) =>
      describe(variant, networks.get(variant.name), latencies(timings.get(variant.name) ?? [], base)),
    ),
  };
}

function describe({ name, design }: Variant, model: Model | undefined, latency: VariantLatency[]): VariantReport {
  if (!model) throw new Error(`no network ${name} was built`);
  const { multiplyAccumulates, parameters, nodes } = countGraph(model.graph);
  return { name, stages: design.stages, macs: multiplyAccumulates, parameters, nodes, latency };
}

function latencies(timings: readonly Timing[], base: readonly Timing[]): VariantLatency[] {
  return timings.map(({ engine, threads, median, mad, runs }) => {
    const first = base.find((each) => each.engine === engine && each.threads === threads);
    return { engine, threads, median, mad, runs, ratio: first ? median / first.median : null };
  });
}
