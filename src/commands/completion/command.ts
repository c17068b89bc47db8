import { UsageError } from '../../model/index.js';
import { oneOf } from '../../option-kinds.js';
import type { CommandDefinition } from '../command.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

const EXAMPLES = `
Examples:
  mobileone completion bash >> ~/.bashrc
  mobileone completion zsh > "\${fpath[1]}/_mobileone"
      where zsh looks for completions; it needs autoload -U compinit && compinit in ~/.zshrc
  mobileone completion fish > ~/.config/fish/completions/mobileone.fish
  mobileone completion powershell >> $PROFILE`;

/** `mobileone completion SHELL`. @param commands all there are, this one too */
export const completionCommand = (commands: () => readonly CommandDefinition[]): CommandDefinition => ({
  name: 'completion',
  summary: 'prints a script by which a shell completes commands, options and values',
  description:
    'Prints a script for a shell, made from what the commands of this version take. It completes by itself: no program is ' +
    'started while you type.',
  arguments: [{ syntax: '<shell>', help: 'bash, zsh, fish or powershell', words: SHELLS }],
  examples: EXAMPLES,
  options: () => ({}),
  isConfigurable: false,
  goesThroughSamples: false,
  isScript: true,
  async run([shell = '']) {
    const refusal = oneOf(...SHELLS).refuse(shell);
    if (refusal) throw new UsageError({ what: refusal.what, ...(refusal.todo ? { todo: refusal.todo } : {}) });
    const { completionScript } = await import('./script.js');
    const text = completionScript(shell, commands());
    return { error: undefined, summary: () => text, json: () => text };
  },
});
