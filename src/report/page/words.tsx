import type { Outcome } from '../report.js';
import { showName } from '../text.js';

/** A name from a model or a command line. */
export function Name({ of }: { of: string }) {
  return <code>{showName(of)}</code>;
}

/** A mark for those who see no colour, and a class for those who do. */
export function marked(outcome: Outcome): { readonly mark: string; readonly tone: 'good' | 'bad' | 'open' } {
  if (outcome === 'equivalent') return { mark: '✔', tone: 'good' };
  if (outcome === 'not checked' || outcome === 'not compared') return { mark: '?', tone: 'open' };
  return { mark: '✘', tone: 'bad' };
}

/** `✔ equivalent` */
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const { mark, tone } = marked(outcome);
  return (
    <span class={tone}>
      {mark} {outcome}
    </span>
  );
}
