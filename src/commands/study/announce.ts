import type { StudyOptions } from './options.js';

/** What takes longer is said before it starts. */
const LONG_MINUTES = 5;

/** Says how long something will take, where that is long. @param less what takes less */
export function announce(seconds: number, less: string, onProgress: StudyOptions['onProgress']): void {
  const minutes = seconds / 60;
  if (minutes <= LONG_MINUTES) return;
  const notice = `this will take about ${minutes.toFixed(0)} minutes: ${less} take less`;
  onProgress?.({ model: '', station: 'time', notice });
}
