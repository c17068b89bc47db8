import { type Declaration, oneOf } from '../option-kinds.js';

/** What channels-last formats can be asked. */
export interface InputLayoutOptions {
  /**
   * Layout of image inputs.
   * @default 'nhwc'
   */
  readonly inputLayout?: 'nchw' | 'nhwc' | undefined;
}

/** How it is asked for. */
export const inputLayoutOptions: Readonly<Record<keyof InputLayoutOptions, Declaration>> = {
  inputLayout: {
    kind: oneOf('nchw', 'nhwc'),
    flag: '--input-layout <layout>',
    help: 'of image inputs in TF.js and LiteRT: nchw or nhwc (nhwc)',
  },
};
