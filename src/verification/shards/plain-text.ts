const NOT_FINITE = 'not finite';

/** A value as JSON text that keeps infinities and what is not a number, which sums of differences may be. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    typeof each === 'number' && !Number.isFinite(each) ? { [NOT_FINITE]: String(each) } : each,
  );
}

/** The value again. @throws SyntaxError where the text is no JSON */
export function fromText(text: string): unknown {
  return JSON.parse(text, (_, each) =>
    typeof each === 'object' && each !== null && NOT_FINITE in each ? Number(each[NOT_FINITE]) : each,
  );
}
