import type { Judged } from '../judged.js';
import { showFigure } from '../numbers.js';
import { showLine, showName } from '../text.js';
import { DepthChart } from './depth-chart.js';
import { Name } from './words.js';

/** Where a candidate parts from the reference, and its errors along the network. */
export function Parted({ judged, source, isDrawn = true }: { judged: Judged; source: string; isDrawn?: boolean }) {
  const { path, parted } = judged;
  if (!parted) return isDrawn && judged.check ? <HowToDraw source={source} path={path} /> : null;
  const { value, nodes, own, inherited, noise, cause, alongDepth } = parted;
  return (
    <section>
      <h3>
        Error along the depth of <Name of={path} />
      </h3>
      <p>
        {judged.outcome === 'different' ? 'They part at' : 'Most of what one place adds over noise is at'}{' '}
        <Name of={value} />, made by{' '}
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

/** Inner values are compared only where that is asked for, since it takes many runs. */
function HowToDraw({ source, path }: { source: string; path: string }) {
  return (
    <p class="faint">
      Errors of inner values were not measured; this draws them along the depth of the network:{' '}
      <code>
        mobileone verify {showName(source)} {showName(path)} --bisect --html FILE
      </code>
    </p>
  );
}
