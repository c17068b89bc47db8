import type { FusedBlock, ModelReport } from '../report.js';
import { showName } from '../text.js';
import { MergedPicture, SourcePicture } from './block-picture.js';
import { Merged } from './model.js';
import { Name } from './words.js';

/** Larger blocks are told in words: nobody sees anything in a picture of thousands of nodes, and its layout takes long. */
const LARGEST = 80;
/** Forms that are drawn, those of most blocks first. */
const DRAWN = 12;

/** The blocks that were merged, each form once, as a picture of what was and what is. */
export function Blocks({ model }: { model: ModelReport }) {
  const forms = byForm(model.fused);
  return (
    <section>
      <Merged model={model} />
      {forms.slice(0, DRAWN).map((blocks) => (
        <Form key={blocks[0]?.node} blocks={blocks} />
      ))}
      {forms.length > DRAWN ? <p class="faint">and {forms.length - DRAWN} more forms</p> : null}
    </section>
  );
}

/** Blocks whose pictures would be the same, the largest groups first. */
function byForm(fused: readonly FusedBlock[]): (readonly FusedBlock[])[] {
  const forms = new Map<string, FusedBlock[]>();
  for (const block of fused) {
    const form = JSON.stringify([block.operator, block.sources.map(({ operator, reads }) => [operator, reads])]);
    const same = forms.get(form);
    if (same) same.push(block);
    else forms.set(form, [block]);
  }
  return [...forms.values()].sort((a, b) => b.length - a.length);
}

function Form({ blocks }: { blocks: readonly FusedBlock[] }) {
  const [block] = blocks;
  if (!block) return null;
  const { sources, operator } = block;
  const times = `${blocks.length} ${blocks.length === 1 ? 'time' : 'times'}`;
  return (
    <figure>
      <figcaption>
        {times}: {sources.length} nodes become one {showName(operator)}
      </figcaption>
      {sources.length > LARGEST ? null : (
        <div class="block">
          <div class="scroll">
            <SourcePicture block={block} />
          </div>
          <div class="becomes">becomes</div>
          <div class="scroll">
            <MergedPicture block={block} />
          </div>
        </div>
      )}
      <details>
        <summary>{blocks.length === 1 ? 'its name' : 'their names'}</summary>
        <ul>
          {blocks.map(({ node }) => (
            <li key={node}>
              <Name of={node} />
            </li>
          ))}
        </ul>
      </details>
    </figure>
  );
}
