import type { DataFiguresReport, PreprocessingReport, ShareReport } from '../../data/report.js';
import type { Judged } from '../judged.js';
import { showFigure } from '../numbers.js';
import { showName } from '../text.js';
import { type Column, Table } from './table.js';
import { Name } from './words.js';

/** Pictures of samples by their names, as `data:` addresses. */
export type Thumbnails = ReadonlyMap<string, string>;

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'candidate', isNumber: true },
  { title: 'reference', isNumber: true },
];

/** How a candidate answers to the user's data. */
export function Data({ judged: { path, data }, thumbnails }: { judged: Judged; thumbnails?: Thumbnails }) {
  if (!data) return null;
  return (
    <section>
      <h3>
        <Name of={path} /> on {data.samples} samples
      </h3>
      <p class="faint">{data.decided} of them decided by the reference; shares with Wilson's 95 % interval</p>
      <Table columns={COLUMNS} rows={rows(data)} />
      {data.preprocessing ? <p class="faint">{preprocessingLine(data.preprocessing)}</p> : null}
      <Worst data={data} thumbnails={thumbnails} />
    </section>
  );
}

function rows({ top1, top5, reference, agreement, decidedAgreement, confidenceShift, kl }: DataFiguresReport) {
  const shares = (title: string, own: ShareReport | null, other: ShareReport | null) =>
    own || other ? [[title, showShare(own), showShare(other)]] : [];
  return [
    ...shares('top-1', top1, reference.top1),
    ...shares('top-5', top5, reference.top5),
    ...shares('same class', agreement, null),
    ...shares('same class where decided', decidedAgreement, null),
    ...(confidenceShift === null ? [] : [['mean change of confidence', signed(confidenceShift), '']]),
    ...(kl === null ? [] : [['Kullback-Leibler divergence', showFigure(kl), '']]),
  ];
}

function Worst({
  data: { worst, preprocessing },
  thumbnails,
}: {
  data: DataFiguresReport;
  thumbnails: Thumbnails | undefined;
}) {
  if (worst.length === 0) return null;
  const isWithoutPictures = preprocessing && thumbnails && !worst.some(({ sample }) => thumbnails.has(sample));
  return (
    <>
      <h3>Worst samples</h3>
      {isWithoutPictures ? <p class="faint">Parts hold no images: pictures are on pages of whole runs.</p> : null}
      <ul class="samples">
        {worst.map(({ sample, error, reference, candidate }) => (
          <li key={sample}>
            {thumbnails?.has(sample) ? <img src={thumbnails.get(sample)} alt="" /> : null}
            <div>
              <Name of={sample} />
            </div>
            <div class="faint">
              error {showFigure(error)}
              {chosen(reference, candidate)}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What both choose, where there are classes. */
function chosen(reference: string | null, candidate: string | null): string {
  if (reference === null) return '';
  if (reference === candidate) return `, ${showName(reference)} by both`;
  return `, ${showName(reference)} became ${showName(candidate ?? '-')}`;
}

function preprocessingLine(preprocessing: PreprocessingReport): string {
  const { decoder, resize, interpolation, crop, order, mean, std, sha256 } = preprocessing;
  const steps = [
    `decoded by ${decoder}`,
    ...(resize ? [`resized to ${resize.join(' x ')}, ${interpolation}`] : []),
    ...(crop ? [`cropped to ${crop.join(' x ')}`] : []),
    `${order}, mean ${mean.join(', ')}, std ${std.join(', ')}`,
  ];
  return `Images ${steps.join('; ')} (${sha256.slice(0, 16)})`;
}

function showShare(share: ShareReport | null): string {
  if (!share) return '-';
  return `${share.share.toFixed(3)} [${share.low.toFixed(3)}, ${share.high.toFixed(3)}]`;
}

function signed(figure: number): string {
  return `${figure > 0 ? '+' : ''}${showFigure(figure)}`;
}
