/** How a person reads numbers: three digits and a unit. */

const UNITS = ['', 'k', 'M', 'G', 'T'];

/** 5_292_000 as `5.29 M`. */
export function showCount(count: number | null): string {
  if (count === null) return 'unknown';
  if (count < 10_000) return String(count);
  return scaled(count);
}

/** Rounded before it is given a unit, so that 999_999 is `1.00 M`. */
function scaled(count: number): string {
  const rounded = Number(count.toPrecision(3));
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(rounded) / 3));
  const number = rounded / 1000 ** power;
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(number)));
  return `${number.toFixed(decimals)} ${UNITS[power]}`;
}

/** 22_150_000 as `22.2 MB`. */
export function showBytes(bytes: number | null): string {
  if (bytes === null) return 'unknown';
  if (bytes < 1000) return `${bytes} B`;
  return `${scaled(bytes)}B`;
}

export function showFactor(before: number | null, after: number | null): string {
  if (before === null || after === null || after === 0) return '';
  return `${(before / after).toFixed(2)}x`;
}

/** A small figure, as `1.2e-6`; `-` where it is not defined. */
export function showFigure(figure: number | null): string {
  if (figure === null) return '-';
  return figure === 0 ? '0' : figure.toExponential(1);
}

export function showSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
