/** What a batch norm in training mode means: it normalises by its running statistics, or by those of each batch. */
export type BatchNormMode = 'inference' | 'batch';

/** What a running mean and a running variance hold throughout where nothing was ever counted in: PyTorch's start values. */
export const UNUSED_STATISTICS = { mean: 0, variance: 1 } as const;
