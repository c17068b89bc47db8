/** How windows slide along an axis. */
export interface Slide {
  readonly size: number;
  /** Of the window, with what a dilation leaves out. */
  readonly extent: number;
  readonly stride: number;
  /** Padding before the axis and behind it. */
  readonly before: number;
  readonly behind: number;
}

/**
 * Whether windows lie where SAME puts them: as many of them, which begin as far before the axis. How much is added behind does
 * not count where no window reaches it.
 */
export function liesAsSame({ size, extent, stride, before, behind }: Slide): boolean {
  const count = Math.floor((size + before + behind - extent) / stride) + 1;
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return count === Math.ceil(size / stride) && before === Math.floor(total / 2);
}
