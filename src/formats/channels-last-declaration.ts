import type { FormatDeclaration } from './format.js';
import { inputLayoutOptions } from './input-layout.js';

/**
 * What channels-last targets declare alike: they compute in float32 whatever their weights are held in, and take
 * images of either order of colours as RGB.
 */
export const channelsLastDeclaration = {
  arithmetic: new Map([
    ['fp32', 'fp32'],
    ['fp16', 'fp32'],
    ['int8', 'fp32'],
  ]),
  defaultPrecision: (source) => source,
  colours: (order) => (order === 'bgr' ? 'rgb' : order),
  options: inputLayoutOptions,
} as const satisfies Partial<FormatDeclaration>;
