/** How a person reads numbers. */

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/**
 * 2_079_000 as `2.1 M`, 2_978_000_000 as `2978 M`: networks are compared in millions, with one decimal under a hundred, as
 * the tables of papers have it.
 */
export function showCount(count: number | null): string {
  if (count === null) return 'unknown';
  if (count < 10_000) return String(count);
  const rounded = Number(count.toPrecision(3));
  const [unit, size] = rounded < 1e6 ? ['k', 1e3] : rounded < 1e10 ? ['M', 1e6] : ['G', 1e9];
  return `${(count / size).toFixed(rounded < 100 * size ? 1 : 0)} ${unit}`;
}

/** 22_150_000 as `22.2 MB`: three digits, rounded before they are given a unit, so that 999_999 is `1.00 MB`. */
export function showBytes(bytes: number | null): string {
  if (bytes === null) return 'unknown';
  if (bytes < 1000) return `${bytes} B`;
  const rounded = Number(bytes.toPrecision(3));
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(rounded) / 3));
  return `${(rounded / 1000 ** power).toPrecision(3)} ${BYTE_UNITS[power]}`;
}

/** How many times fewer there are, as `2.79x`; empty where either is not known, or none are left. */
export function showFactor(before: number | null, after: number | null): string {
  if (before === null || after === null || after === 0) return '';
  return `${(before / after).toFixed(2)}x`;
}

/** A small figure, as `1.2e-6`; `-` where it is not defined. */
export function showFigure(figure: number | null): string {
  if (figure === null) return '-';
  return figure === 0 ? '0' : figure.toExponential(1);
}

/** How likely something is by chance: 0.0421 as `0.042`, small ones as `8e-28`; what no number can hold is smaller than any. */
export function showProbability(p: number): string {
  if (p === 0) return '< 1e-300';
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}

/** 0.0123 as `1.2 %`. */
export function showShare(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** 1234 milliseconds as `1.23 s`. */
export function showSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
