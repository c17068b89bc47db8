import os from 'node:os';

/** What this process runs on: platform and architecture as Node calls them, the processor as it calls itself. */
export function machine() {
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
