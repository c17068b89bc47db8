import { showCount } from '../../report/numbers.js';
import { showMilliseconds, showThreads } from '../show.js';
import type { AblationReport, StageReport, VariantReport } from './report.js';

/** Characters of the longest bar. */
const LONGEST = 30;

/** An ablation as a table for each engine, with bars that start at nothing. */
export function ablationLines(report: AblationReport): string[] {
  const lines = [
    `${report.ablation}: ${report.question}`,
    `  3x3 convolutions by width, from 112x112 on, each stage half as high and wide: ${showStages(report.stages)}`,
  ];
  for (const { engine, threads } of report.variants[0]?.latency ?? []) {
    const rows = report.variants.flatMap((variant) => {
      const latency = variant.latency.find((each) => each.engine === engine && each.threads === threads);
      return latency ? [{ variant, latency }] : [];
    });
    const slowest = Math.max(...rows.map(({ latency }) => latency.median));
    lines.push(`  ${engine}, ${showThreads(threads)}`);
    lines.push(row('', 'MACs', 'params', 'nodes', 'median ms', '± MAD', 'times'));
    for (const { variant, latency } of rows) {
      const bar = '█'.repeat(Math.max(1, Math.round((LONGEST * latency.median) / slowest)));
      const [median, mad] = [showMilliseconds(latency.median), showMilliseconds(latency.mad)];
      const times = latency.ratio === null ? '' : `${latency.ratio.toFixed(2)}x`;
      lines.push(`${row(variant.name, ...figures(variant), median, mad, times)}  ${bar}`);
    }
  }
  if (report.ablation === 'depth') {
    for (const { name, stages } of report.variants) lines.push(`  ${name}: ${showStages(stages)}`);
  }
  return lines;
}

function figures({ macs, parameters, nodes }: VariantReport): readonly [string, string, string] {
  return [showCount(macs), showCount(parameters), String(nodes)];
}

function row(name: string, ...figures: readonly string[]): string {
  return `    ${name.padEnd(22)}${figures.map((figure) => figure.padStart(11)).join('')}`;
}

/** `1 x 16, 6 x 32` */
function showStages(stages: readonly StageReport[]): string {
  return stages.map(({ layers, width }) => `${layers} x ${width}`).join(', ');
}
