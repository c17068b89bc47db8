import type { Colours } from '../report/index.js';

const plain = (text: string) => text;

/** Colour is for terminals, unless `NO_COLOR` (https://no-color.org) or `--no-color` says otherwise. */
export async function coloursFor(stream: NodeJS.WriteStream, isWanted: boolean): Promise<Colours> {
  if (!isWanted || process.env.NO_COLOR || !stream.isTTY) {
    return { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
  }
  const { default: picocolors } = await import('picocolors');
  return picocolors.createColors(true);
}
