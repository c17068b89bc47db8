/** The choices of a plain network that can be weighed, by the words that ask for them, in the order of the help. */
export const ABLATION_NAMES = ['activation', 'se', 'skip', 'branches', 'depth'] as const;

export type AblationName = (typeof ABLATION_NAMES)[number];
