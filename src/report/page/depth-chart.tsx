import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { DepthReport } from '../../verification/bisect/report.js';
import { showFigure } from '../numbers.js';
import { showName } from '../text.js';

/** What is exactly equal has no place on a logarithmic axis; it is drawn here. */
const FLOOR = 1e-9;

/** Pixels of a picture, one for each kind of page. */
const SIZES = [
  { kind: 'narrow', width: 350, height: 260 },
  { kind: 'wide', width: 1000, height: 320 },
] as const;

const MARGIN = { left: 52, right: 12, top: 12, bottom: 40 };

/** A value whose error is a number. */
interface Point extends DepthReport {
  readonly error: number;
}

interface ChartProps<T> {
  readonly points: readonly T[];
  /** The value where candidate and reference part; marked. */
  readonly parted: string;
}

/** Errors from the input of a network to its output, beside the noise of the reference. */
export function DepthChart({ points, parted }: ChartProps<DepthReport>) {
  const known = points.flatMap((point): Point[] => (point.error === null ? [] : [{ ...point, error: point.error }]));
  // They come in the order of the nodes, where one branch stands behind the other.
  known.sort((a, b) => a.depth - b.depth);
  if (known.length === 0) return null;
  return (
    <figure>
      {SIZES.map((size) => (
        <Chart key={size.kind} points={known} parted={parted} size={size} />
      ))}
      <figcaption>
        Relative error of each value, from input to output (line), and noise of the reference (dashed); the ring marks
        where they part
      </figcaption>
    </figure>
  );
}

function Chart({ points, parted, size }: ChartProps<Point> & { size: (typeof SIZES)[number] }) {
  const { width, height } = size;
  const { x, y } = scales(points, width, height);
  const known = points.filter(({ noise }) => noise !== null);
  const errors = line<Point>(
    ({ depth }) => x(depth),
    ({ error }) => y(atLeast(error)),
  );
  const noises = line<Point>(
    ({ depth }) => x(depth),
    ({ noise }) => y(atLeast(noise ?? 0)),
  );
  return (
    <svg
      class={size.kind}
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      role="img"
      aria-label="error along the depth"
    >
      {decades(y.domain()).map((figure) => (
        <g key={String(figure)}>
          <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(figure)} y2={y(figure)} />
          <text class="small" x={MARGIN.left - 6} y={y(figure) + 4} text-anchor="end">
            {figure === FLOOR ? '0' : figure.toExponential(0)}
          </text>
        </g>
      ))}
      {x.ticks(Math.floor(width / 90)).map((depth) => (
        <text key={String(depth)} class="small" x={x(depth)} y={height - MARGIN.bottom + 18} text-anchor="middle">
          {depth}
        </text>
      ))}
      <text class="small" x={(MARGIN.left + width) / 2} y={height - 6} text-anchor="middle">
        nodes from the input
      </text>
      <path class="path noise" d={noises(known) ?? ''} />
      <path class="path errors" d={errors(points) ?? ''} />
      {points.map((point) => (
        <g key={point.value}>
          <title>{pointText(point)}</title>
          <circle class="dot" cx={tenth(x(point.depth))} cy={tenth(y(atLeast(point.error)))} r={3} />
          {point.value === parted ? (
            <circle class="parted" cx={tenth(x(point.depth))} cy={tenth(y(atLeast(point.error)))} r={8} />
          ) : null}
        </g>
      ))}
    </svg>
  );
}

function scales(points: readonly Point[], width: number, height: number) {
  const figures = points.flatMap(({ error, noise }) => [atLeast(error), atLeast(noise ?? error)]);
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...figures)));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...figures, 10 * lowest)));
  const depths = points.map(({ depth }) => depth);
  return {
    x: scaleLinear([Math.min(...depths), Math.max(...depths)], [MARGIN.left + 6, width - MARGIN.right - 6]),
    y: scaleLog([lowest, highest], [height - MARGIN.bottom, MARGIN.top]),
  };
}

/** The powers of ten of a domain, every second one where there are many. */
function decades([lowest = FLOOR, highest = 1]: readonly number[]): number[] {
  const [first, last] = [Math.round(Math.log10(lowest)), Math.round(Math.log10(highest))];
  const step = last - first > 6 ? 2 : 1;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
}

/** Of a pixel: finer than anybody sees, and a quarter of the digits. */
function tenth(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}

function atLeast(figure: number): number {
  return Math.max(figure, FLOOR);
}

function pointText({ value, error, noise }: Point): string {
  return `${showName(value)}: error ${showFigure(error)}, noise ${showFigure(noise)}`;
}
