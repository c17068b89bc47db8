import type { SingleBar } from 'cli-progress';
import { showLine, showName } from '../report/index.js';
import { now } from '../run/clock.js';
import type { Progress } from '../run/stations.js';

const CLEAR_LINE = '\r\u001b[K';

/** Before so many milliseconds nobody asks how long it will take, and nothing is known of it. */
const SOON = 1000;

/**
 * One line on a terminal that says what is being done, and of samples how many, how fast and how long it will take. It
 * neither hides the cursor nor switches the screen, so a run that is ended by a signal leaves the terminal as it was.
 */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #clock: () => number;
  readonly #started: number;
  #bar: Promise<SamplesBar> | undefined;
  #isCleared = false;

  /** @param clock in milliseconds */
  constructor(stream: NodeJS.WriteStream, clock = now) {
    this.#stream = stream;
    this.#clock = clock;
    this.#started = clock();
  }

  readonly show = ({ model, station, samples, models, notice }: Progress): void => {
    if (notice !== undefined) {
      this.#stop();
      this.#stream.write(`${this.#stream.isTTY ? CLEAR_LINE : ''}${showLine(notice)}\n`);
      return;
    }
    if (!this.#stream.isTTY) return;
    const line = `${showName(model)}: ${station}${models ? this.#ofModels(models) : ''}`;
    if (samples) {
      this.#bar ??= SamplesBar.start(this.#stream, line, samples);
      this.#then((bar) => bar.update(samples));
      return;
    }
    this.#stop();
    this.#stream.write(`${CLEAR_LINE}${line.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
  };

  /** ` (2 of 5, 12 s left)`; the time by that of those that are done. */
  #ofModels({ done, total }: NonNullable<Progress['models']>): string {
    if (total === 1) return '';
    const spent = this.#clock() - this.#started;
    const left = done === 0 || spent < SOON ? '' : `, ${Math.ceil((spent / done) * ((total - done) / 1000))} s left`;
    return ` (${Math.min(done + 1, total)} of ${total}${left})`;
  }

  clear(): void {
    this.#isCleared = true;
    this.#stop();
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }

  #stop(): void {
    this.#then((bar) => bar.stop());
    this.#bar = undefined;
  }

  /** The bar is loaded while the first samples run; what comes too late for it is dropped. */
  #then(step: (bar: SamplesBar) => void): void {
    this.#bar?.then((bar) => (this.#isCleared ? bar.stop() : step(bar)));
  }
}

/** Columns of a bar, and most that its figures take: ` [] 1234/5678, 12.3/s, 1h23m left`. */
const BAR = 20;
const FIGURES = 32;

/** The end of a text that is too long, which of a path says most. */
function endOf(text: string, columns: number): string {
  return text.length <= columns ? text : `…${text.slice(1 - Math.max(12, columns))}`;
}

type Samples = NonNullable<Progress['samples']>;

/** A bar over samples, with their rate and the time left. */
class SamplesBar {
  readonly #bar: SingleBar;
  readonly #started = now();
  readonly #first: number;

  private constructor(bar: SingleBar, first: number) {
    this.#bar = bar;
    this.#first = first;
  }

  /** Loads the library that draws it, with all switched off that a signal would leave behind on a terminal. */
  static async start(stream: NodeJS.WriteStream, title: string, { done, total }: Samples): Promise<SamplesBar> {
    const { default: cliProgress } = await import('cli-progress');
    const bar = new cliProgress.SingleBar({
      format: '{title} [{bar}] {value}/{total}, {rate}/s, {eta_formatted} left',
      stream,
      barsize: BAR,
      etaBuffer: 100,
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
      clearOnComplete: true,
    });
    bar.start(total, done, { title: endOf(title, (stream.columns ?? 80) - BAR - FIGURES), rate: '-' });
    return new SamplesBar(bar, done);
  }

  update({ done, total }: Samples): void {
    // More may become known of on the way.
    this.#bar.setTotal(total);
    if (done === this.#first) return;
    const rate = (1000 * (done - this.#first)) / (now() - this.#started);
    this.#bar.update(done, { rate: rate.toFixed(rate < 10 ? 1 : 0) });
  }

  stop(): void {
    this.#bar.stop();
  }
}
