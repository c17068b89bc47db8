import { type EdgeLabel, Graph, type Edge as GraphEdge, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre';
import { line } from 'd3-shape';
import type { FusedBlock } from '../report.js';
import { showName } from '../text.js';

const HEIGHT = 30;
/** Of a letter, on average; pixels. */
const LETTER = 7;
const MARGIN = 4;

const toPath = line<{ readonly x: number; readonly y: number }>(
  ({ x }) => x,
  ({ y }) => y,
);

interface Box {
  readonly operator: string;
  readonly name: string;
}

/** The source nodes of a block as they read each other, from top to bottom. */
export function SourcePicture({ block: { sources, operator } }: { block: FusedBlock }) {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: 'TB', nodesep: 12, ranksep: 24, marginx: MARGIN, marginy: MARGIN });
  for (const [place, source] of sources.entries()) {
    graph.setNode(String(place), { width: widthOf(source), height: HEIGHT });
    for (const read of source.reads) graph.setEdge(String(read), String(place), {});
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return (
    <Picture width={width} height={height} title={`${sources.length} nodes of the source`}>
      {graph.edges().map((edge: GraphEdge) => (
        <Edge key={`${edge.v} ${edge.w}`} points={graph.edge(edge).points ?? []} />
      ))}
      {sources.map((source, place) => {
        const { x = 0, y = 0 } = graph.node(String(place));
        return <BoxPicture key={String(place)} box={source} x={x} y={y} isMerged={source.operator === operator} />;
      })}
    </Picture>
  );
}

/** The one node that stands for a block now. */
export function MergedPicture({ block: { node, operator } }: { block: FusedBlock }) {
  const box = { name: node, operator };
  const width = widthOf(box) + 2 * MARGIN;
  const height = HEIGHT + 2 * MARGIN;
  return (
    <Picture width={width} height={height} title="one node">
      <BoxPicture box={box} x={width / 2} y={height / 2} isMerged />
    </Picture>
  );
}

function Picture(props: { width: number; height: number; title: string; children: preact.ComponentChildren }) {
  const [width, height] = [Math.ceil(props.width), Math.ceil(props.height)];
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={props.title}>
      {props.children}
    </svg>
  );
}

function BoxPicture({ box, x, y, isMerged }: { box: Box; x: number; y: number; isMerged: boolean }) {
  const width = widthOf(box);
  return (
    <g>
      <title>{showName(box.name || box.operator)}</title>
      <rect
        class={isMerged ? 'node merged' : 'node'}
        x={x - width / 2}
        y={y - HEIGHT / 2}
        width={width}
        height={HEIGHT}
        rx={6}
      />
      <text class="label" x={x} y={y}>
        {showName(box.operator)}
      </text>
    </g>
  );
}

/** Edges end with a triangle, drawn by itself: a marker would need an id that is one on the whole page. */
function Edge({ points }: { points: readonly { readonly x: number; readonly y: number }[] }) {
  const end = points.at(-1);
  if (!end) return null;
  return (
    <g>
      <path class="edge" d={toPath(points) ?? ''} />
      <path class="head" d={`M${end.x},${end.y}l-4,-7h8z`} />
    </g>
  );
}

function widthOf({ operator }: Box): number {
  return Math.max(54, showName(operator).length * LETTER + 16);
}
