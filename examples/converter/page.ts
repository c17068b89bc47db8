/** What is seen: takes a file, gives it to a worker, shows what came of it. */
import { showBytes } from '../../src/report/numbers.js';
import { STYLE } from '../../src/report/page/style.js';
import type { Download, News, Order } from './messages.js';

const look = new CSSStyleSheet();
look.replaceSync(STYLE);
document.adoptedStyleSheets = [look];

const drop = element('drop', HTMLLabelElement);
const chooser = element('file', HTMLInputElement);
const status = element('status', HTMLElement);
const cancel = element('cancel', HTMLButtonElement);
const files = element('files', HTMLElement);
const report = element('report', HTMLElement);
let worker: Worker | undefined;

chooser.addEventListener('change', () => take(chooser.files?.[0]));
for (const name of ['dragover', 'dragleave', 'drop'] as const) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
    if (name === 'drop') take(event.dataTransfer?.files[0]);
  });
}
cancel.addEventListener('click', () => end('Cancelled; nothing was written.'));

async function take(file: File | undefined): Promise<void> {
  if (!file) return;
  const targets = Array.from(
    document.querySelectorAll<HTMLInputElement>('[name=target]:checked'),
    ({ value }) => value,
  );
  if (targets.length === 0) return end('Choose at least one thing to write.', true);
  clear();
  cancel.hidden = false;
  say(`Reading ${file.name}`);
  const order: Order = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), targets };
  worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<News>) => hear(file.name, data));
  worker.addEventListener('error', ({ message }) => end(`The page failed: ${message}`, true));
  worker.postMessage(order, [order.bytes.buffer]);
}

function hear(name: string, news: News): void {
  if ('station' in news) say(`${name}: ${news.station}`);
  else if ('failed' in news) end(news.failed, true);
  else {
    report.innerHTML = news.body;
    files.replaceChildren(...news.files.map(link));
    end(news.line ?? `${name} is merged, and answers as before.`, news.line !== undefined);
  }
}

function clear(): void {
  worker?.terminate();
  for (const { href } of files.querySelectorAll('a')) URL.revokeObjectURL(href);
  files.replaceChildren();
  report.replaceChildren();
}

/** Ends the run, whether it is over or not: its engines are workers of the worker, and end with it. */
function end(text: string, hasFailed = false): void {
  worker?.terminate();
  worker = undefined;
  cancel.hidden = true;
  chooser.value = '';
  say(text, hasFailed);
}

function say(text: string, hasFailed = false): void {
  status.textContent = text;
  status.classList.toggle('failed', hasFailed);
}

function link({ name, bytes }: Download): HTMLElement {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  anchor.download = name;
  anchor.textContent = name;
  const item = document.createElement('li');
  item.append(anchor, ` ${showBytes(bytes.length)}`);
  return item;
}

function element<Kind extends HTMLElement>(id: string, kind: abstract new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}
