import { type Engine, EngineFailure, type EngineInfo, startEngine } from '../../engines/index.js';
import type { StudyEngine } from './engine-list.js';

/** An engine that has started and said which it is. */
export interface StartedEngine extends StudyEngine {
  readonly process: Engine;
  readonly info: EngineInfo;
}

/** An engine that is not there, and why. */
export interface MissingEngine {
  readonly name: string;
  readonly reason: string;
  readonly isInBrowser: boolean;
}

/**
 * Starts engines, each in a process of its own, and waits until they are ready; `close` each when done.
 * @param timeoutSeconds that one request may take
 */
export async function startStudyEngines(
  wanted: readonly StudyEngine[],
  timeoutSeconds?: number,
): Promise<{ readonly started: readonly StartedEngine[]; readonly missing: readonly MissingEngine[] }> {
  const started: StartedEngine[] = [];
  const missing: MissingEngine[] = [];
  const processes = wanted.map((each) => {
    const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
    return [each, startEngine(each.engine, { build: each.build, ...limit })] as const;
  });
  for (const [each, process] of processes) {
    try {
      started.push({ ...each, process, info: await process.info() });
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      missing.push({ name: each.name, reason: error.message, isInBrowser: each.isInBrowser === true });
    }
  }
  return { started, missing };
}
