/** What is done: converts in memory by the library, with engines in workers of their own. */
import './browser/process.js';
import { zipSync } from 'fflate';
import { convertAll } from '../../src/commands/convert/convert.js';
import { type ArtefactInMemory, filesOf } from '../../src/files/given.js';
import { reportBody } from '../../src/report/page/page.js';
import type { Download, News, Order } from './messages.js';

self.addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  try {
    tell(await converted(data));
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
});

async function converted({ name, bytes, targets }: Order): Promise<News> {
  const { report, error, artefacts } = await convertAll([{ name, bytes }], {
    to: targets,
    outDir: null,
    onProgress: ({ station }) => tell({ station }),
  });
  return { body: reportBody(report), line: error?.message, files: artefacts.map(download) };
}

/** A folder as a zip: a page can save nothing else whole. */
function download(artefact: ArtefactInMemory): Download {
  if ('bytes' in artefact) return { name: artefact.name, bytes: artefact.bytes };
  const files = Array.from(filesOf(artefact.files), ([path, bytes]) => [`${artefact.name}/${path}`, bytes] as const);
  return { name: `${artefact.name}.zip`, bytes: zipSync(Object.fromEntries(files), { level: 0 }) };
}

function tell(news: News): void {
  self.postMessage(news);
}
