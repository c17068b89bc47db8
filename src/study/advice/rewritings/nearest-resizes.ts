import type { Attribute } from '../../../model/index.js';
import { resize } from '../../../operators/rows/resize.js';
import type { Rewriting } from '../rewriting.js';

/** Takes the pixel that lies nearest where a resize mixes several. */
export const nearestResizes: Rewriting = {
  name: 'nearest-resize',
  what: 'nearest in the place of interpolating resizes',
  isExact: false,
  rewrite(graph) {
    const places = graph.nodesOf('Resize').filter((node) => resize.parameters(node).mode !== 'nearest');
    for (const { attributes, opset } of places) {
      for (const name of ['antialias', 'cubic_coeff_a', 'exclude_outside']) attributes.delete(name);
      attributes.set('mode', text('nearest'));
      // Before, a resize had no other way to find its pixels.
      if (opset < 11) continue;
      attributes.set('coordinate_transformation_mode', text('asymmetric'));
      attributes.set('nearest_mode', text('floor'));
    }
    return places.length;
  },
};

function text(value: string): Attribute {
  return { kind: 'string', value: new TextEncoder().encode(value) };
}
