import { layerName } from './layer-name.js';
import type { NetworkProfile } from './profile-network.js';

/** The typical run as a file for chrome://tracing, Perfetto and speedscope, with the nodes of the network and of the source. */
export function chromeTrace({ report, typical }: NetworkProfile): string {
  const { layers, engine, form } = report;
  const at = (start: number) => start - typical.start;
  const common = { ph: 'X', pid: 1, tid: 1 };
  const events = [
    { name: 'run', cat: 'run', ...common, ts: 0, dur: typical.duration, args: { engine, form } },
    ...typical.events.map((event, index) => {
      const layer = layers[index];
      if (!layer) throw new Error('every event has its layer');
      const { operator, macs, bytes, bound, distance, nodes, sources } = layer;
      const [joined, from] = [nodes, sources].map((list) => list.map(({ name }) => name));
      const args = { operator, macs, bytes, bound, distance, nodes: joined, sources: from };
      return { name: layerName(layer), cat: operator, ...common, ts: at(event.start), dur: event.duration, args };
    }),
  ];
  return `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents: events }, undefined, 1)}\n`;
}
