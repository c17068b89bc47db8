import type { CommandDefinition } from '../command.js';

const EXAMPLES = `
Examples:
  mobileone doctor
      Node, engines with versions and hashes, a self-test, and what is missing
  mobileone doctor --json
      the same as data`;

/** `mobileone doctor` */
export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'what is installed, and whether it works',
  description:
    'Starts every engine, converts a small network to every target, checks what was written, and says what is missing ' +
    'with the command that brings it. Exit code 8 where something that is needed does not start.',
  arguments: [],
  examples: EXAMPLES,
  options: () => ({}),
  isConfigurable: false,
  goesThroughSamples: false,
  async run() {
    const { examine } = await import('./doctor.js');
    const { doctorSummary } = await import('./summary.js');
    const { report, error } = await examine();
    return {
      error,
      errors: report.selfTest.error ? [report.selfTest.error] : [],
      summary: (options) => doctorSummary(report, options),
      json: () => `${JSON.stringify(report, undefined, 2)}\n`,
    };
  },
};
