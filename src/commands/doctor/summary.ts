import type { SummaryOptions } from '../../report/index.js';
import { showSeconds } from '../../report/numbers.js';
import { showLine, showName } from '../../report/text.js';
import type { DoctorReport } from './report.js';

/** So many digits of a hash tell two builds apart. */
const DIGITS = 16;

/** What is installed and works, for a person. */
export function doctorSummary(report: DoctorReport, { colours, verbose }: SummaryOptions): string {
  const { tool, node, platform, architecture, engines, selfTest, advice } = report;
  const lines = [
    colours.bold(`mobileone ${tool.version}`),
    `  Node ${node.version}, ${platform} ${architecture}${node.isSupported ? '' : colours.red(', too old')}`,
  ];
  for (const { title, package: name, version, sha256, missing, isOptional } of engines) {
    const absent = isOptional
      ? colours.yellow('not installed')
      : colours.red(`does not start: ${showLine(missing ?? '')}`);
    const hash = (verbose ? sha256 : sha256?.slice(0, DIGITS)) ?? '';
    lines.push(`  ${title}: ${missing === null ? `${name} ${showName(version ?? '')}, sha256 ${hash}` : absent}`);
  }
  const seconds = showSeconds(selfTest.milliseconds);
  lines.push(
    selfTest.error
      ? colours.red(`  self-test: failed after ${seconds}`)
      : colours.green(`  self-test: a block converted, written and checked in ${seconds}`),
  );
  for (const { target, verdict, engine } of selfTest.targets) {
    lines.push(`    ${target}: ${verdict}${engine ? `, in ${showName(engine)}` : ''}`);
  }
  for (const { what, command } of advice) lines.push(colours.yellow(`  ${what}:`), `    ${command}`);
  return `${lines.join('\n')}\n`;
}
