import { showName } from '../report/index.js';
import type { Progress } from '../run/stations.js';

const CLEAR_LINE = '\r\u001b[K';

/**
 * One line on a terminal that says what is being done. It neither hides the cursor nor switches the screen, so a run that
 * is ended by a signal leaves the terminal as it was.
 */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly show = ({ model, station }: Progress): void => {
    if (!this.#stream.isTTY) return;
    const line = `${showName(model)}: ${station}`;
    this.#stream.write(`${CLEAR_LINE}${line.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
  };

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }
}
