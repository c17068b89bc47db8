import type { Tensor } from '../../model/index.js';

/** Where the elements are that are not 0, counted row-major (NaN is none, -0 is one); undefined for other than numbers. */
export function nonZeroPlaces(tensor: Tensor): number[] | undefined {
  if (tensor.dtype === 'string') return undefined;
  const places: number[] = [];
  tensor.toFloat64().forEach((value, place) => {
    if (value !== 0) places.push(place);
  });
  return places;
}
