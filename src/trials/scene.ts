import type { Random } from './random.js';

/** The largest float32 below 1. */
const LARGEST = 1 - 2 ** -24;
const RECTANGLES = 6;
const STROKES = 6;
/** Widths of strokes, in shares of the shorter side. */
const THINNEST = 1 / 64;
const THICKEST = 1 / 16;

/**
 * Pictures with edges, corners, lines and even areas, in [0, 1): a gradient, rectangles on it, and strokes over all.
 * Detectors and segmenters find nothing in noise, so that noise alone would hardly try them.
 * @param shape [N, C, H, W]; the result is row-major
 */
export function drawScene(shape: readonly number[], random: Random): Float32Array {
  const [images = 0, channels = 0, height = 0, width = 0] = shape;
  const values = new Float32Array(images * channels * height * width);
  const plane = height * width;
  for (let image = 0; image < images; image++) {
    const scene = new Canvas(values.subarray(image * channels * plane, (image + 1) * channels * plane), height, width);
    scene.fillGradient(colour(channels, random), colour(channels, random), random.uniform());
    for (let i = 0; i < RECTANGLES; i++) {
      const [left, top] = [random.uniform() * width, random.uniform() * height];
      const [right, bottom] = [left + (random.uniform() * width) / 2, top + (random.uniform() * height) / 2];
      scene.fillRectangle(left, top, right, bottom, colour(channels, random));
    }
    for (let i = 0; i < STROKES; i++) {
      const from: Point = [random.uniform() * width, random.uniform() * height];
      const to: Point = [random.uniform() * width, random.uniform() * height];
      const thickness = (THINNEST + random.uniform() * (THICKEST - THINNEST)) * Math.min(width, height);
      scene.drawStroke(from, to, Math.max(1, thickness), colour(channels, random));
    }
  }
  return values;
}

type Point = readonly [x: number, y: number];

function colour(channels: number, random: Random): number[] {
  return Array.from({ length: channels }, () => random.uniform());
}

/** One image, channels first. */
class Canvas {
  constructor(
    readonly values: Float32Array,
    readonly height: number,
    readonly width: number,
  ) {}

  /** From one colour to another, along a direction between right (0) and down (1). */
  fillGradient(from: readonly number[], to: readonly number[], direction: number): void {
    const { height, width } = this;
    from.forEach((start, channel) => {
      const change = (to[channel] ?? 0) - start;
      let at = channel * height * width;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const share = direction * ((y + 0.5) / height) + (1 - direction) * ((x + 0.5) / width);
          this.values[at++] = Math.min(LARGEST, start + change * share);
        }
      }
    });
  }

  /** Whole pixels whose corner lies inside. */
  fillRectangle(left: number, top: number, right: number, bottom: number, paint: readonly number[]): void {
    const { height, width, values } = this;
    const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(width, Math.floor(right))];
    if (x0 >= x1) return;
    paint.forEach((value, channel) => {
      for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, Math.floor(bottom)); y++) {
        const row = (channel * height + y) * width;
        values.fill(value, row + x0, row + x1);
      }
    });
  }

  /** A straight line of squares. */
  drawStroke([x0, y0]: Point, [x1, y1]: Point, thickness: number, paint: readonly number[]): void {
    const steps = Math.ceil((2 * Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))) / thickness) + 1;
    for (let i = 0; i <= steps; i++) {
      const x = x0 + ((x1 - x0) * i) / steps;
      const y = y0 + ((y1 - y0) * i) / steps;
      const half = thickness / 2;
      this.fillRectangle(x - half, y - half, x + half, y + half, paint);
    }
  }
}
