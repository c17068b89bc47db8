import { scaleLog } from 'd3-scale';
import { showName } from '../../../report/text.js';
import { showMilliseconds } from './timings.js';

/** A network between two axes. */
export interface Point {
  readonly name: string;
  readonly metric: number;
  /** Milliseconds. */
  readonly median: number;
  readonly mad: number;
}

interface PlotProps {
  /** Of the horizontal axis. */
  readonly title: string;
  readonly points: readonly Point[];
  readonly show: (metric: number) => string;
}

const WIDTH = 340;
const HEIGHT = 260;
const MARGIN = { left: 48, right: 14, top: 12, bottom: 40 };

/** Latency against one metric, both logarithmic: where one is the cause of the other, points lie along a line. */
export function ScatterPlot({ title, points, show }: PlotProps) {
  if (points.length === 0) return null;
  const x = axis(
    points.map(({ metric }) => metric),
    [MARGIN.left + 4, WIDTH - MARGIN.right],
  );
  const y = axis(
    points.map(({ median }) => median),
    [HEIGHT - MARGIN.bottom, MARGIN.top + 4],
  );
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" role="img" aria-label={`latency against ${title}`}>
        {ticksOf(y, UP).map((tick) => (
          <g key={String(tick)}>
            <line class="grid" x1={MARGIN.left} x2={WIDTH - MARGIN.right} y1={tenth(y(tick))} y2={tenth(y(tick))} />
            <text class="small" x={MARGIN.left - 6} y={tenth(y(tick) + 4)} text-anchor="end">
              {tick} ms
            </text>
          </g>
        ))}
        {ticksOf(x, ACROSS).map((tick) => (
          <text
            key={String(tick)}
            class="small"
            x={tenth(x(tick))}
            y={HEIGHT - MARGIN.bottom + 18}
            text-anchor="middle"
          >
            {show(tick)}
          </text>
        ))}
        <text class="small" x={(MARGIN.left + WIDTH) / 2} y={HEIGHT - 6} text-anchor="middle">
          {title}
        </text>
        {points.map((point) => (
          <g key={point.name}>
            <title>{`${showName(point.name)}: ${show(point.metric)}, ${showMilliseconds(point.median)} ms`}</title>
            <line
              class="mad"
              x1={tenth(x(point.metric))}
              x2={tenth(x(point.metric))}
              y1={tenth(y(Math.max(point.median - point.mad, y.domain()[0] ?? point.median)))}
              y2={tenth(y(point.median + point.mad))}
            />
            <circle class="dot" cx={tenth(x(point.metric))} cy={tenth(y(point.median))} r={3.5} />
          </g>
        ))}
      </svg>
      <figcaption>Each point is a network: time against {title}; the stroke is its MAD</figcaption>
    </figure>
  );
}

type Axis = ReturnType<typeof scaleLog<number, number>>;

/** A logarithmic axis that ends at round numbers. */
function axis(values: readonly number[], range: readonly [number, number]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // A single value would be an axis without length.
  return scaleLog([least / 1.1, most * 1.1], range);
}

/** What may stand before a power of ten, from many ticks to few. */
const MANTISSAS = [
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];
/** More are hard to read. */
const MOST_TICKS = 5;
/** Pixels between two, or they would run into each other. */
const [ACROSS, UP] = [42, 24];

/** Round numbers, as many as can be read. @param apart pixels that they need at least */
function ticksOf(scale: Axis, apart: number): number[] {
  const [least = 1, most = 1] = scale.domain();
  const [first, last] = [Math.floor(Math.log10(least)), Math.floor(Math.log10(most))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const choices = MANTISSAS.map((mantissas) =>
    powers
      .flatMap((power) => mantissas.map((mantissa) => Number((mantissa * power).toPrecision(2))))
      .filter((tick) => tick >= least && tick <= most),
  );
  const isReadable = (ticks: readonly number[]) =>
    ticks.length <= MOST_TICKS &&
    ticks.every((tick, at) => at === 0 || Math.abs(scale(tick) - scale(ticks[at - 1] ?? tick)) >= apart);
  return choices.find(isReadable) ?? choices.at(-1)?.filter((_, at) => at % 2 === 0) ?? [];
}

/** Of a pixel: finer than anybody sees, and a quarter of the digits. */
function tenth(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
