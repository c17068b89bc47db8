import { GateError } from '../../model/index.js';
import { showName } from '../../report/text.js';
import { expectNotSlower } from './baseline.js';
import type { ResolvedStudy } from './options.js';
import type { NetworkReport } from './report.js';

type Gates = Pick<ResolvedStudy, 'maxLatency' | 'minSpeedup' | 'maxMacs' | 'maxParams' | 'compare'>;

/**
 * Judges networks by the gates that the user set; each counts for the fused form where that was studied.
 * @throws GateError with all that are not met; InputError where the earlier report cannot be read
 */
export function expectGates(networks: readonly NetworkReport[], gates: Gates): void {
  const shipped = networks.filter(
    ({ path, form }) => form === 'fused' || !networks.some((other) => other.path === path && other.form === 'fused'),
  );
  const missed = [
    ...shipped.flatMap((network) => over(network, gates)),
    ...(gates.minSpeedup === undefined ? [] : slowed(networks, gates.minSpeedup)),
    ...(gates.compare === undefined ? [] : expectNotSlower(networks, gates.compare)),
  ];
  if (missed.length > 0) throw new GateError({ what: missed.join('; ') });
}

function over(network: NetworkReport, { maxLatency, maxMacs, maxParams }: Gates): string[] {
  const { path, macs, parameters, latency } = network;
  const name = showName(path);
  const missed: string[] = [];
  if (maxMacs !== undefined && macs === null) missed.push(`${name}: its multiply-accumulates are not known`);
  if (maxMacs !== undefined && macs !== null && macs > maxMacs) {
    missed.push(`${name}: ${macs} multiply-accumulates are over --max-macs ${maxMacs}`);
  }
  if (maxParams !== undefined && parameters > maxParams) {
    missed.push(`${name}: ${parameters} parameters are over --max-params ${maxParams}`);
  }
  if (maxLatency === undefined) return missed;
  if (latency.length === 0) missed.push(`${name}: it could not be timed`);
  for (const { engine, threads, median } of latency) {
    if (median > maxLatency) {
      missed.push(`${name}: ${median} ms in ${engine}, threads ${threads}, are over --max-latency ${maxLatency}`);
    }
  }
  return missed;
}

function slowed(networks: readonly NetworkReport[], least: number): string[] {
  return networks
    .filter(({ form }) => form === 'fused')
    .flatMap((fused) => {
      const source = networks.find(({ path, form }) => path === fused.path && form === 'source');
      return fused.latency.flatMap(({ engine, threads, median }) => {
        const before = source?.latency.find((other) => other.engine === engine && other.threads === threads);
        if (!before || before.median / median >= least) return [];
        const factor = (before.median / median).toFixed(2);
        return [
          `${showName(fused.path)}: fused it is ${factor} times as fast in ${engine}, threads ${threads}, which is under --min-speedup ${least}`,
        ];
      });
    });
}
