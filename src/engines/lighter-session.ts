import type { Session } from './engine.js';
import { EngineFailure } from './failure.js';

/**
 * A session of an engine that rewrites graphs, and may fail by what it made of one: the WebAssembly build of ONNX Runtime 1.30
 * loses an output of the graph that it merges into the sum behind it. What fails so is loaded once more with fewer
 * optimisations, and a remark says it; where it fails then, too, it is the model.
 * @param load the same model with fewer optimisations
 * @param title how messages call the engine
 */
export function lighterSession(first: Session, load: () => Promise<Session>, title: string): Session {
  const remarks = new Set<string>();
  let lighter: Promise<Session> | undefined;
  return {
    ...first,
    remarks,
    async run(feeds, outputs) {
      if (lighter) return (await lighter).run(feeds, outputs);
      try {
        return await first.run(feeds, outputs);
      } catch (error) {
        if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
        const other = await load();
        const results = await other.run(feeds, outputs).catch(async () => {
          await other.release();
          throw error;
        });
        // Of runs side by side each may have loaded one.
        if (lighter) await other.release();
        else lighter = Promise.resolve(other);
        remarks.add(
          `${title} fails with all of its optimisations (${error.message}), so that it ran at its level extended (graphOptimizationLevel)`,
        );
        return results;
      }
    },
    async release() {
      await (await lighter)?.release();
      await first.release();
    },
  };
}
