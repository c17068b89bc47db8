import { InputError } from '../model/index.js';

/** What the header of an `.npy` file says: element type as NumPy spells it, order of the axes in memory, sizes. */
export interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Literal = string | boolean | readonly number[];

const TOKEN = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False)|(\d+)L?|([{}():,[\]]))/y;
const KEYS = ['descr', 'fortran_order', 'shape'];
/** NumPy itself has 64 axes at most. */
const MOST_AXES = 64;

/**
 * Reads the dictionary of an `.npy` header: `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }`.
 * It is a Python literal, and this knows only what NumPy writes there; nothing is evaluated.
 * @throws InputError for anything else
 */
export function parseNpyHeader(text: string): NpyHeader {
  const tokens = tokensOf(text);
  let next = 0;
  const take = () => tokens[next++];
  const expect = (punctuation: string) => {
    if (take()?.punctuation !== punctuation) throw malformed(`'${punctuation}' is missing`);
  };
  const tuple = (): number[] => {
    const sizes: number[] = [];
    for (;;) {
      const token = take();
      if (token?.punctuation === ')') return sizes;
      if (token?.number === undefined) throw malformed('the shape is no tuple of whole numbers');
      sizes.push(token.number);
      if (sizes.length > MOST_AXES) throw malformed(`the shape has more than ${MOST_AXES} axes`);
      if (tokens[next]?.punctuation !== ')') expect(',');
    }
  };
  const entries = new Map<string, Literal>();
  expect('{');
  while (tokens[next]?.punctuation !== '}') {
    const key = take()?.text;
    if (key === undefined || !KEYS.includes(key)) throw malformed('it has a key that does not belong there');
    if (entries.has(key)) throw malformed(`${key} stands twice`);
    expect(':');
    const value = take();
    if (value?.punctuation === '[')
      throw new InputError({ what: `npy dtype: ${key} is structured, not one number type` });
    const literal = value?.punctuation === '(' ? tuple() : (value?.text ?? value?.boolean);
    if (literal === undefined) throw malformed(`${key} has no plain value`);
    entries.set(key, literal);
    if (tokens[next]?.punctuation !== '}') expect(',');
  }
  if (next + 1 !== tokens.length) throw malformed('something follows the dictionary');
  const [descr, fortranOrder, shape] = KEYS.map((key) => entries.get(key));
  if (typeof descr !== 'string' || typeof fortranOrder !== 'boolean' || !Array.isArray(shape)) {
    throw malformed(`it does not give ${KEYS.join(', ')}`);
  }
  return { descr, fortranOrder, shape };
}

interface Token {
  readonly text?: string;
  readonly boolean?: boolean;
  readonly number?: number;
  readonly punctuation?: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) throw malformed('it is no plain dictionary');
    const [, single, double, boolean, number, punctuation] = match;
    const quoted = single ?? double;
    if (quoted !== undefined) tokens.push({ text: quoted });
    else if (boolean) tokens.push({ boolean: boolean === 'True' });
    else if (number) tokens.push({ number: Number(number) });
    else if (punctuation) tokens.push({ punctuation });
  }
  return tokens;
}

function malformed(why: string): InputError {
  return new InputError({ what: `not a valid npy header: ${why}`, todo: 'write the array again with numpy.save' });
}
