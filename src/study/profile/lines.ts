import { showBytes, showCount, showShare } from '../../report/numbers.js';
import { showName } from '../../report/text.js';
import { showMilliseconds, showThreads } from '../show.js';
import { blockName, layerName } from './layer-name.js';
import type { LayerReport, PeaksReport, ProfileReport } from './report.js';

/** Layers are listed up to here, the slowest ones, and then counted. */
const LISTED = 25;

/** A profile as a table: the layers that take longest, in the order in which they run. */
export function profileLines(report: ProfileReport, verbose: boolean): string[] {
  const { layers, whole, sum, gap, layerSum, unprofiled } = report;
  const without = unprofiled === null ? '' : `; without the profiler a run takes ${showMilliseconds(unprofiled)} ms`;
  const slowest = [...layers].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, verbose ? undefined : LISTED);
  const shown = layers.filter((layer) => slowest.includes(layer));
  const rest = layers.filter((layer) => !slowest.includes(layer));
  const left = rest.reduce((total, { milliseconds }) => total + milliseconds, 0);
  return [
    `profile of the ${report.form} network: ${report.engine}, ${showThreads(report.threads)}, ${report.runs} runs`,
    `  a run ${showMilliseconds(whole)} ms, its nodes together ${showMilliseconds(sum)} ms, in no node ${showMilliseconds(gap)} ms (${showShare(gap / whole)})${without}`,
    ...heldUp(sum, layerSum),
    ...peakLines(report.peaks),
    row('', 'ms', 'share', 'MACs', 'bytes', 'roof ms', 'times it', 'bound by', 'layer, and its block in the source'),
    ...shown.map(layerRow),
    ...(rest.length > 0 ? [`  and ${rest.length} more of ${showMilliseconds(left)} ms together`] : []),
  ];
}

/** From so much on the layers do not add up to what a run takes. */
const UNEVEN = 0.05;

function heldUp(sum: number, layerSum: number): string[] {
  if (sum - layerSum < UNEVEN * sum) return [];
  return [
    `  each layer by its own middle they come to ${showMilliseconds(layerSum)} ms: this machine holds up now one, now another`,
  ];
}

function peakLines({ macsPerSecond, bandwidths, secondsPerNode }: PeaksReport): string[] {
  const [near, far] = [bandwidths[0], bandwidths.at(-1)].map((each) => showBytes(each?.bytesPerSecond ?? null));
  return [
    `  peaks measured in this engine: ${showCount(macsPerSecond)} MACs a second, ${near} a second near and ${far} far, ${showMilliseconds(1000 * secondsPerNode)} ms a node`,
  ];
}

function layerRow(layer: LayerReport): string {
  const { milliseconds, share, macs, bytes, roof, distance, bound, operator, sources } = layer;
  const block = blockName(sources);
  const name = layerName(layer);
  const from = block && block !== name ? ` < ${showName(block)} (${sources.length} nodes)` : '';
  return row(
    operator,
    showMilliseconds(milliseconds),
    showShare(share),
    macs === 0 ? '-' : showCount(macs),
    showBytes(bytes),
    showMilliseconds(roof),
    `${distance.toFixed(1)}x`,
    bound,
    `${showName(name)}${from}`,
  );
}

function row(operator: string, ...columns: readonly string[]): string {
  const last = columns.at(-1) ?? '';
  const figures = columns.slice(0, -1).map((text, at) => text.padStart(at === 6 ? 12 : 9));
  return `  ${operator.padEnd(22)}${figures.join('')}  ${last}`;
}
