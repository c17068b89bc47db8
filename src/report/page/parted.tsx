import type { Judged } from '../judged.js';
import { showFigure } from '../numbers.js';
import { showLine } from '../text.js';
import { DepthChart } from './depth-chart.js';
import { Name } from './words.js';

/** Where a candidate parts from the reference, and its errors along the network. */
export function Parted({ judged: { path, parted }, isDrawn = true }: { judged: Judged; isDrawn?: boolean }) {
  if (!parted) return null;
  const { value, nodes, own, inherited, noise, cause, alongDepth } = parted;
  return (
    <section>
      <h3>
        Error along the depth of <Name of={path} />
      </h3>
      <p>
        They part at <Name of={value} />, made by{' '}
        {nodes.map((node) => (
          <>
            <Name key={node} of={node} />{' '}
          </>
        ))}
        (own error {showFigure(own)}, inherited {showFigure(inherited)}, noise {showFigure(noise)})
        {cause === null ? '' : `: ${showLine(cause)}`}
      </p>
      {isDrawn ? <DepthChart points={alongDepth} parted={value} /> : null}
    </section>
  );
}
