import type { Judged } from '../judged.js';
import { showLine } from '../text.js';
import { Name } from './words.js';

/** Which blocks are proved equal, and what is not. */
export function Proof({ judged: { path, proof } }: { judged: Judged }) {
  if (!proof) return null;
  const open = proof.blocks.filter(({ verdict }) => verdict !== 'proved');
  const isDifferent = open.some(({ verdict }) => verdict === 'different');
  return (
    <section>
      <h3>
        Proof of <Name of={path} />
      </h3>
      {proof.network ? (
        <p class="good">✔ The network is proved equal to its source, but for engines’ rounding</p>
      ) : (
        <p class={isDifferent ? 'bad' : 'open'}>
          {isDifferent ? '✘ A block differs' : '? Not all of the network is proved'}
        </p>
      )}
      <p>
        {proof.proved} blocks proved, {proof.notProved} not
      </p>
      <ul>
        {open.map(({ node, verdict, reason }) => (
          <li key={node}>
            <Name of={node} />: {verdict}
            {reason === null ? '' : `, ${showLine(reason)}`}
          </li>
        ))}
        {proof.leftOver.map((node) => (
          <li key={node}>
            <Name of={node} />: no copy of a source node
          </li>
        ))}
      </ul>
    </section>
  );
}
