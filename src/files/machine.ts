import os from 'node:os';

/** What a process runs on. */
export interface Machine {
  /** As Node calls it; its own type would ask readers of ours for Node's. */
  readonly platform: string;
  readonly architecture: string;
  readonly node: string;
  /** As it calls itself. */
  readonly processor: string;
  readonly cores: number;
}

/** What this process runs on. */
export function machine(): Machine {
  const { platform, arch, version } = process;
  const processors = os.cpus();
  return {
    platform,
    architecture: arch,
    node: version,
    processor: processors[0]?.model.trim() || 'unknown',
    cores: processors.length,
  };
}
