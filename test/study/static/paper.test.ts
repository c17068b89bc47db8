import path from 'node:path';
import { expect, test } from 'vitest';
import { type Form, studyNetwork } from '../../../src/study/index.js';
import { corpusFolder } from '../../corpus.js';

/** Millions of multiply-accumulates and of parameters, as papers have them, and how far off the parameters may be by rounding. */
const PUBLISHED: readonly (readonly [name: string, form: Form, macs: number, parameters: number, rounding: number])[] =
  [
    // arXiv 2206.04040, the table of architectures, re-parameterised.
    ['mobileone_s0_ts13', 'fused', 275, 2.1, 0.05],
    ['mobileone_s1_te18', 'fused', 825, 4.8, 0.05],
    ['mobileone_s2_ts13', 'fused', 1299, 7.8, 0.05],
    ['mobileone_s3_te18', 'fused', 1896, 10.1, 0.05],
    ['mobileone_s4_ts13', 'fused', 2978, 14.8, 0.05],
    // timm's tables, with batch norms; folded, these leave 5.27 million.
    ['efficientnet_b0_ts13', 'source', 386, 5.29, 0.005],
    ['efficientnet_b0_ts13', 'fused', 386, 5.27, 0.005],
  ];

test.each(PUBLISHED)('%s, %s, has the counts that are published', async (name, form, macs, parameters, rounding) => {
  const file = path.join(corpusFolder(), name, 'model.onnx');
  const limits = { maxNodes: 1e5, maxBytes: 2 ** 30 };
  const { forms } = await studyNetwork(file, { ...limits, shape: new Map(), forms: [form] }, [], undefined);
  const [figures] = forms.map((each) => each.figures);
  expect(Math.abs((figures?.macs ?? 0) / 1e6 - macs)).toBeLessThan(2);
  expect(Math.abs((figures?.parameters ?? 0) / 1e6 - parameters)).toBeLessThanOrEqual(rounding);
});
