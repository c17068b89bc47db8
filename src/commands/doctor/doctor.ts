import { type InstalledEngine, installedEngines } from '../../engines/installed.js';
import { EngineError, type MobileoneError } from '../../model/index.js';
import { VERSION } from '../../version.js';
import type { DoctorReport } from './report.js';
import { selfTest } from './self-test.js';

/** As `package.json` says. */
const OLDEST_NODE = 20;

/** What was found, and why it is not enough. */
export interface Diagnosis {
  readonly report: DoctorReport;
  readonly error: MobileoneError | undefined;
}

/** Says what is installed and whether it works: engines are started, and a network is converted and checked. */
export async function examine(): Promise<Diagnosis> {
  const { version, platform, arch } = process;
  const isSupported = Number(/^v(\d+)/.exec(version)?.[1]) >= OLDEST_NODE;
  const engines = await installedEngines();
  const test = await selfTest();
  const broken = engines.find(({ missing, isOptional }) => missing !== null && !isOptional);
  const error =
    test.error ??
    (broken && new EngineError({ what: `${broken.title} does not start: ${broken.missing}` })) ??
    (isSupported ? undefined : new EngineError({ what: `Node ${version} is older than ${OLDEST_NODE}` }));
  const report: DoctorReport = {
    tool: { name: 'mobileone', version: VERSION },
    exitCode: error?.exitCode ?? 0,
    node: { version, isSupported },
    platform,
    architecture: arch,
    engines,
    selfTest: test.report,
    advice: advise(engines, isSupported),
  };
  return { report, error };
}

function advise(engines: readonly InstalledEngine[], isSupported: boolean): DoctorReport['advice'] {
  const advice: { what: string; command: string }[] = [];
  const isBroken = engines.some(({ missing, isOptional }) => missing !== null && !isOptional);
  if (!isSupported) advice.push({ what: `Node ${OLDEST_NODE} or newer is needed`, command: 'npm i -g node@latest' });
  if (isBroken) advice.push({ what: 'the package is damaged', command: 'npm i mobileone' });
  for (const { missing, isOptional, package: name } of engines) {
    if (missing === null || !isOptional) continue;
    const command = `npm i ${name} --ignore-scripts`;
    advice.push({ what: 'the check is faster with its native engine, installed beside mobileone', command });
  }
  return advice;
}
