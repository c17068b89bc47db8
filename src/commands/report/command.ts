import { UsageError } from '../../model/index.js';
import type { CommandDefinition } from '../command.js';
import { tellReport } from '../tell-report.js';
import { verifySummary } from '../verify/summary.js';
import { mergeOptions } from './options.js';

const EXAMPLES = `
Examples:
  mobileone report merge parts --report report.json
      joins the parts in a folder, which verify --shard wrote
  mobileone report merge 1.json 2.json
      the same with each part named`;

/** `mobileone report merge PART…` */
export const reportCommand: CommandDefinition = {
  name: 'report',
  summary: 'joins the parts of a sharded verification',
  description:
    'Joins the parts that verify --shard wrote into the report that one machine would have written, and judges it. Parts of ' +
    'unlike runs, or a missing one, are refused by name.',
  arguments: [
    { syntax: '<merge>', help: 'what to do: merge', words: ['merge'] },
    { syntax: '[parts...]', help: 'files that verify --shard wrote, or folders of them' },
  ],
  examples: EXAMPLES,
  options: mergeOptions,
  isConfigurable: false,
  goesThroughSamples: true,
  async run([what, ...parts], options) {
    if (what !== 'merge')
      throw new UsageError({ what: `unknown command 'report ${what}'`, todo: 'write mobileone report merge PART…' });
    const { mergeAll } = await import('./merge.js');
    return tellReport(await mergeAll(parts, options), verifySummary);
  },
};
