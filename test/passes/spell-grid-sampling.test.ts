import { describe, expect, test } from 'vitest';
import { spellGridSampling } from '../../src/passes/spell-grid-sampling.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

interface Sampling {
  readonly mode: string;
  readonly padding_mode: string;
  readonly align_corners: number;
}

const text = (value: string) => ({ kind: 'string', value: new TextEncoder().encode(value) }) as const;

function sampled(
  { mode, padding_mode, align_corners }: Sampling,
  image: readonly (number | string)[] = [2, 3, 5, 7],
  grid: readonly (number | string)[] = [2, 4, 6, 2],
) {
  return network(
    (n) =>
      n.node('GridSample', [n.input(image), n.input(grid)], {
        mode: text(mode),
        padding_mode: text(padding_mode),
        align_corners,
      }),
    { opset: 20 },
  );
}

const every: Sampling[] = ['linear', 'nearest', 'cubic'].flatMap((mode) =>
  ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].map((align_corners) => ({ mode, padding_mode, align_corners })),
  ),
);
/** Engines part on what a cubic sampling reads beyond a border. */
const isWritten = ({ mode, padding_mode }: Sampling) => mode !== 'cubic' || padding_mode === 'zeros';

describe('a sampling is written by gathers', () => {
  test.each(every.filter(isWritten))('of images, $mode, $padding_mode, align_corners $align_corners', async (given) => {
    const graph = await expectExact(sampled(given), spellGridSampling, 2e-6);
    expect(graph.count('GridSample')).toBe(0);
  });

  test.each(every.filter(({ mode }) => mode !== 'cubic'))(
    'of volumes, $mode, $padding_mode, align_corners $align_corners',
    async (given) => {
      const model = sampled(given, [2, 2, 3, 4, 5], [2, 3, 2, 4, 3]);
      const graph = await expectExact(model, spellGridSampling, 2e-6);
      expect(graph.count('GridSample')).toBe(0);
    },
  );

  test('of one image of one pixel', async () => {
    const given = { mode: 'linear', padding_mode: 'border', align_corners: 1 };
    await expectExact(sampled(given, [1, 3, 1, 1], [1, 4, 6, 2]), spellGridSampling, 2e-6);
  });
});

test('it stays where sizes are not known, or engines part', () => {
  const linear = { mode: 'linear', padding_mode: 'zeros', align_corners: 0 };
  expectUntouched(sampled(linear, ['n', 3, 5, 7], ['n', 4, 6, 2]), spellGridSampling);
  expectUntouched(sampled(linear, [1, 3, 5, 7], [1, 'h', 6, 2]), spellGridSampling);
  expectUntouched(
    sampled({ ...linear, padding_mode: 'reflection', align_corners: 1 }, [2, 3, 1, 7]),
    spellGridSampling,
  );
  for (const given of every) if (!isWritten(given)) expectUntouched(sampled(given), spellGridSampling);
});
