/** What a batch norm in training mode means: it normalises by its running statistics, or by those of each batch. */
export type BatchNormMode = 'inference' | 'batch';

/** What a running mean and a running variance hold throughout where nothing was ever counted in: PyTorch's start values. */
export const UNUSED_STATISTICS = { mean: 0, variance: 1 } as const;

/** Operators whose result holds the numbers of their first operand, and no others. */
export const COPYING: ReadonlySet<string> = new Set(
  'Identity Cast CastLike Expand Reshape Flatten Squeeze Unsqueeze Tile Transpose'.split(' '),
);

/** Operators that answer differently each time. */
export const RANDOM: ReadonlySet<string> = new Set(
  'Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike'.split(' '),
);
