import type { Colours } from '../report/index.js';

const plain = (text: string) => text;

/**
 * Colour is for terminals, and for what `FORCE_COLOR` says is one, unless `NO_COLOR` (https://no-color.org) or `--no-color`
 * says otherwise.
 */
export async function coloursFor(stream: NodeJS.WriteStream, isWanted: boolean): Promise<Colours> {
  if (!isWanted || !hasColours(stream)) return { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
  const { default: picocolors } = await import('picocolors');
  return picocolors.createColors(true);
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR) return false;
  // As Node itself takes it: set to nothing it means yes.
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY;
}
