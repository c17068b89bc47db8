import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/commands/index.js';
import { mobileone } from './run.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

const scripts = new Map<Shell, string>();
/** Where the scripts lie, beside two files and a folder. */
let folder = '';

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mobileone-'));
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await mobileone(folder, ['completion', shell]);
    expect([code, stderr]).toEqual([0, '']);
    scripts.set(shell, stdout);
    fs.writeFileSync(path.join(folder, `script.${shell}`), stdout);
  }
  fs.writeFileSync(path.join(folder, 'network.onnx'), '');
  fs.writeFileSync(path.join(folder, 'two words.onnx'), '');
  fs.mkdirSync(path.join(folder, 'networks'));
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((each) => fs.existsSync(path.join(each, program)));
}

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } });

/** What is offered for a line, by a shell that is asked as its user would ask it. */
const ASKED: Partial<Record<Shell, (line: string) => string[]>> = {
  /** Readline takes `=` for a word of its own, as its `COMP_WORDBREAKS` says. */
  bash(line) {
    const words = line.split(/(=)| /).filter((word) => word !== undefined);
    const given = line.endsWith('=') ? words.slice(0, -1) : words;
    const asked = `
      source script.bash
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _mobileone 2> /dev/null
      (IFS=$'\\n'; echo "\${COMPREPLY[*]}")`;
    return lines(run('bash', ['--norc', '-c', asked, 'bash', ...given]));
  },
  ...(isThere('fish')
    ? {
        fish: (line) =>
          lines(
            run('fish', ['--no-config', '-c', 'source script.fish; complete -C "$argv"', '--', line], { HOME: folder }),
          ).map((each) => each.split('\t')[0] ?? ''),
      }
    : {}),
  ...(isThere('zsh') ? { zsh: askZsh } : {}),
};

/** What zsh starts with here; beside drawing them, it writes down what it offers. */
const IN_ZSH = `
PS1= PROMPT=
autoload -U compinit; compinit -u -D
source ./script.zsh
compadd() {
  local -a offered
  builtin compadd -O offered "$@"
  print -rl -- "<"$^offered">" >> found
  builtin compadd "$@"
}
finish() { print -r -- over; exit }
zle -N finish
bindkey '^I' complete-word
bindkey '^X' finish
print begun
`;

/** Types a line and a tabulator on a terminal of its own. */
const TYPING = `
zmodload zsh/zpty
: > found
zpty shell zsh -f -i
zpty -w shell 'source ./in.zsh'
zpty -r -m shell heard '*begun*'
zpty -n -w shell "$1"$'\\t'$'\\C-x'
zpty -r -m shell heard '*over*'
zpty -d shell
cat found
`;

function askZsh(line: string): string[] {
  fs.writeFileSync(path.join(folder, 'in.zsh'), IN_ZSH);
  const found = run('zsh', ['-f', '-c', TYPING, 'zsh', line], { HOME: folder, TERM: 'vt100' });
  return lines(found).flatMap((each) => /^<(.*)>$/.exec(each)?.[1] ?? []);
}

function lines(text: string): string[] {
  return text.split('\n').filter((each) => each !== '');
}

describe.each(Object.keys(ASKED))('%s, as it runs here', (shell) => {
  const offered = (line: string) => {
    const found = ASKED[shell as Shell]?.(line) ?? [];
    // Some offer an option as it is typed with its value.
    return [...new Set(found.map((each) => each.replace(/^(--[a-z0-9-]+)=$/, '$1')))].sort();
  };

  test('commands', () => {
    expect(offered('mobileone co')).toEqual(['completion', 'convert']);
    expect(offered('mobileone help re')).toEqual(['report']);
  });

  test('options of the command that stands there, and of no other', () => {
    expect(offered('mobileone convert --out')).toEqual(['--out-dir', '--outputs']);
    expect(offered('mobileone inspect network.onnx --no')).toEqual(['--no-color', '--nodes']);
    expect(offered('mobileone inspect --out-')).toEqual([]);
  });

  test('values, behind a space and behind an equals sign', () => {
    const ends = (line: string) => offered(line).map((each) => each.replace(/^--[a-z]+=/, ''));
    expect(ends('mobileone convert --engine ')).toEqual(['native', 'wasm']);
    expect(ends('mobileone convert --engine=n')).toEqual(['native']);
    expect(ends('mobileone completion ')).toEqual(['bash', 'fish', 'powershell', 'zsh']);
    expect(ends('mobileone report m')).toEqual(['merge']);
  });

  test('a list goes on behind its comma', () => {
    const last = (line: string) => offered(line).map((each) => each.replace(/^.*,/, ''));
    expect(last('mobileone convert --to onnx,tf')).toEqual(['tfjs', 'tflite']);
    expect(last('mobileone inspect --to=onnx,c')).toEqual(['coreml']);
  });
});

test('bash offers files where a model stands, and where an option takes a file', () => {
  // What the function leaves empty readline completes itself, which -o default says.
  expect(scripts.get('bash')).toMatch(/^complete -o default -o bashdefault -F _mobileone mobileone$/m);
  for (const line of ['mobileone convert net', 'mobileone convert --report net'])
    expect(ASKED.bash?.(line)).toEqual([]);
});

test('nothing that was typed is run or expanded', () => {
  const line = 'mobileone convert --to $(>ran),`>ran`,o';
  for (const ask of Object.values(ASKED)) ask(line);
  expect(fs.readdirSync(folder)).not.toContain('ran');
});

test.each(SHELLS)('the script of %s knows every command and option', (shell) => {
  const script = scripts.get(shell) ?? '';
  for (const command of commands) {
    expect(script).toContain(command.name);
    for (const { flag } of Object.values(command.options())) {
      const [long] = /--[a-z0-9-]+/.exec(flag) ?? [];
      if (long) expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    }
  }
});

test.each([
  [['completion'], /missing required argument 'shell'/],
  [['completion', 'bsh'], /"bsh" is not one of bash, zsh, fish, powershell; did you mean bash\?/],
  [['completion', 'bash', '--json'], /unknown option '--json'/],
])('%j is wrong usage', async (args, message) => {
  const { code, stderr } = await mobileone(folder, args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^mobileone: [^\n]*\n$/);
});
