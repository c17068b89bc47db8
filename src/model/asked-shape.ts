/** All sizes of an axis from the least to the most. */
export interface SizeRange {
  readonly least: number;
  readonly most: number;
}

/** What is asked of one axis: one size, a range of them, or some. */
export type AskedSize = number | SizeRange | readonly number[];

/** What is asked of every axis of an input. Lists of several axes pair up: the first of each, the second of each, … */
export type AskedShape = readonly AskedSize[];

const RANGE = /^(\d+)\.\.(\d+)$/;
const LIST = /^\d+(\/\d+)+$/;

/** A size as it is written: `224`, `224..512` or `224/320/512`; undefined where it is none of these. */
export function readSize(text: string): AskedSize | undefined {
  const given = text.trim();
  if (/^\d+$/.test(given)) return Number(given);
  const [, least, most] = RANGE.exec(given) ?? [];
  if (least !== undefined && most !== undefined) return { least: Number(least), most: Number(most) };
  return LIST.test(given) ? given.split('/').map(Number) : undefined;
}

/** Whether an axis takes more than one size. */
export function isFlexible(size: AskedSize): size is SizeRange | readonly number[] {
  return typeof size !== 'number';
}

const isList = (size: AskedSize): size is readonly number[] => Array.isArray(size);

/** The axes that may vary, by name of the input, of inputs that have such. */
export function flexibleAxes(asked: ReadonlyMap<string, AskedShape>): ReadonlyMap<string, readonly number[]> {
  const axes = Array.from(asked, ([name, shape]) => {
    return [name, shape.flatMap((size, axis) => (isFlexible(size) ? axis : []))] as const;
  });
  return new Map(axes.filter(([, own]) => own.length > 0));
}

/** The shapes that lists come to, one for each place in them; undefined where there is no list. */
export function listedShapes(asked: AskedShape): number[][] | undefined {
  const count = asked.find(isList)?.length;
  if (count === undefined) return undefined;
  return Array.from({ length: count }, (_, place) =>
    asked.map((size) => (isList(size) ? (size[place] ?? 0) : isFlexible(size) ? size.least : size)),
  );
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** The smallest and the largest shape, by the number of elements where they are listed; one and the same where all is fixed. */
export function outermostShapes(asked: AskedShape): { readonly smallest: number[]; readonly largest: number[] } {
  const listed = listedShapes(asked);
  if (listed) {
    const [smallest = [], ...others] = listed.sort((a, b) => elements(a) - elements(b));
    return { smallest, largest: others.at(-1) ?? smallest };
  }
  const at = (end: 'least' | 'most') =>
    asked.map((size) => (isFlexible(size) && !isList(size) ? size[end] : Number(size)));
  return { smallest: at('least'), largest: at('most') };
}

/**
 * The shapes that inputs have together at each listed place, or at the smallest and the largest; none where nothing is asked
 * for that may vary.
 */
export function outermostChoices(
  asked: ReadonlyMap<string, AskedShape>,
): readonly ReadonlyMap<string, readonly number[]>[] {
  const choices = [...asked]
    .filter(([, shape]) => shape.some(isFlexible))
    .map(([name, shape]) => {
      const { smallest, largest } = outermostShapes(shape);
      return [name, listedShapes(shape) ?? [smallest, largest]] as const;
    });
  const count = Math.max(0, ...choices.map(([, shapes]) => shapes.length));
  return Array.from(
    { length: count },
    (_, place) => new Map(choices.map(([name, shapes]) => [name, shapes[place] ?? shapes.at(-1) ?? []])),
  );
}

/** Sizes between the ends of a range: unlike ones along unlike axes, odd where there is room, as even squares hide rules of borders. */
function within({ least, most }: SizeRange, axis: number): number {
  const share = axis % 2 === 0 ? 0.4 : 0.6;
  const size = Math.floor(least + share * (most - least));
  return size % 2 === 1 || size + 1 >= most ? size : size + 1;
}

/** How far networks make images smaller, and a size has to be a multiple of, best first. */
const STEPS = [32, 64];

/**
 * Shapes between the smallest and the largest, best first: what a network halves several times may take multiples alone.
 * None where there is no size between them.
 */
export function innerShapes(asked: AskedShape): number[][] {
  const listed = listedShapes(asked);
  if (listed) {
    const sorted = listed.sort((a, b) => elements(a) - elements(b));
    return sorted.slice(1, -1).slice(-1);
  }
  const odd = asked.map((size, axis) => (isFlexible(size) && !isList(size) ? within(size, axis) : Number(size)));
  const rounded = STEPS.map((step) =>
    asked.map((size, axis) => {
      if (!isFlexible(size) || isList(size)) return Number(size);
      const multiple = Math.round(within(size, axis) / step) * step;
      return multiple >= size.least && multiple <= size.most ? multiple : within(size, axis);
    }),
  );
  const { smallest, largest } = outermostShapes(asked);
  const isOuter = (shape: readonly number[]) => [smallest, largest].some((outer) => `${outer}` === `${shape}`);
  const seen = new Set<string>();
  return [odd, ...rounded].filter((shape) => !isOuter(shape) && !seen.has(`${shape}`) && seen.add(`${shape}`));
}

/** Whether a shape is one of those that are asked for. */
export function admits(asked: AskedShape, shape: readonly number[]): boolean {
  if (shape.length !== asked.length) return false;
  const listed = listedShapes(asked);
  if (listed) return listed.some((each) => `${each}` === `${shape}`);
  return asked.every((size, axis) => {
    const given = shape[axis] ?? 0;
    return isFlexible(size) && !isList(size) ? given >= size.least && given <= size.most : size === given;
  });
}

/** For messages: `[1,3,224..512,224..512]`. */
export function formatAsked(asked: AskedShape): string {
  const one = (size: AskedSize) =>
    !isFlexible(size) ? size : isList(size) ? size.join('/') : `${size.least}..${size.most}`;
  return `[${asked.map(one).join(',')}]`;
}
