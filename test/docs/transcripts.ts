/** One command of a transcript and what it printed. */
export interface Transcript {
  readonly command: string;
  readonly answer: string;
}

/** A transcript has commands behind `$ `, also over several lines that end in a backslash, each with its answer below. */
export function transcriptsOf(text: string): readonly Transcript[] {
  const [, ...parts] = `\n${text.trimEnd()}\n`.split('\n$ ');
  return parts.map((part) => {
    const [command = ''] = part.match(/^(?:.*\\\n)*.*/) ?? [];
    const answer = part.slice(command.length + 1);
    return { command, answer: answer === '' || answer.endsWith('\n') ? answer : `${answer}\n` };
  });
}

/** Rounding differs between processors, and time passes. */
export function withoutChance(printed: string): string {
  return printed.replaceAll(/\d(\.\d+)?e[-+]\d+/g, '#').replaceAll(/\d+(\.\d+)?(?= (s|ms)\b)/g, '#');
}
