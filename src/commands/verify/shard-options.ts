import { count, type Declaration, flag, type Kind } from '../../option-kinds.js';
import { usage } from '../reading-options.js';
import type { BisectOptions } from './bisect-options.js';

/** What can be asked of a verification on more than one machine, or of one that was killed. */
export interface ShardOptions {
  /** Which part of the samples is judged here: `2/8`; `auto` takes it from the environment. */
  readonly shard?: string | undefined;
  /** Into how many parts, where the environment says only which. */
  readonly shards?: number | undefined;
  /**
   * Takes up what a killed run of the same had finished.
   * @default false
   */
  readonly resume?: boolean | undefined;
}

/** One part of the samples, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

const shardKind: Kind = {
  fromText: (given) => given,
  refuse: (value) => {
    if (value === 'auto' || (typeof value === 'string' && parse(value))) return undefined;
    return { what: `"${value}" is no part of a whole`, todo: 'write 2/8 or auto' };
  },
  schema: () => ({ type: 'string', pattern: '^(auto|\\d+/\\d+)$' }),
};

/** How each of them is read and judged. */
export const SHARDING = {
  shard: {
    kind: shardKind,
    flag: '--shard <i/n|auto>',
    help: 'judges one part of the samples and writes it with --report, for mobileone report merge; auto: CI_NODE_INDEX of CI_NODE_TOTAL, or JOB_COMPLETION_INDEX of --shards',
  },
  shards: { kind: count, flag: '--shards <n>', help: 'with --shard auto: into how many parts' },
  resume: {
    kind: flag,
    flag: '--resume',
    help: 'takes up what a killed run had finished, which is kept beside --report',
  },
} satisfies Record<keyof ShardOptions, Declaration>;

/** @throws UsageError where they do not go together */
export function expectShardOptions({
  shard,
  shards,
  resume,
  inputs,
  report,
  bisect = false,
  save,
  nodeData,
}: ShardOptions & Others): void {
  if (shards !== undefined && shard !== 'auto') throw usage('--shards needs --shard auto', 'or write --shard 2/8');
  const name = shard !== undefined ? '--shard' : resume ? '--resume' : undefined;
  if (name && inputs === undefined) throw usage(`${name} needs --inputs`, 'seeded inputs are few');
  if (name && report === undefined) throw usage(`${name} needs --report`, 'say where the part goes, or lies');
  if (shard !== undefined && (bisect || save !== undefined || nodeData !== undefined)) {
    throw usage('--bisect does not go with --shard: what differs is known at the merge', 'run it without --shard');
  }
}

interface Others extends BisectOptions {
  readonly inputs?: unknown;
  readonly report?: string | undefined;
}

/**
 * Which part is meant; undefined: all samples.
 * @param environment as the process has it
 * @throws UsageError where the environment does not say it
 */
export function shardOf(
  { shard, shards }: ShardOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  if (shard !== 'auto') return shard === undefined ? undefined : parse(shard);
  const { CI_NODE_INDEX: node, CI_NODE_TOTAL: nodes, JOB_COMPLETION_INDEX: completion } = environment;
  if (node !== undefined && nodes !== undefined) return told(`${node}/${nodes}`, 'CI_NODE_INDEX/CI_NODE_TOTAL');
  if (completion !== undefined && shards !== undefined) {
    return told(`${Number(completion) + 1}/${shards}`, 'JOB_COMPLETION_INDEX + 1 of --shards');
  }
  throw usage(
    '--shard auto: the environment has neither CI_NODE_INDEX and CI_NODE_TOTAL, nor JOB_COMPLETION_INDEX with --shards',
    'write --shard 2/8',
  );
}

function told(text: string, by: string): Shard {
  const shard = parse(text);
  if (!shard) throw usage(`--shard auto: ${by} is "${text}", which is no part of a whole`);
  return shard;
}

function parse(text: string): Shard | undefined {
  const [, index, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return shard.index <= shard.of ? shard : undefined;
}
