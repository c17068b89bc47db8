/** What removes temporaries: synchronous, because the process ends right after. */
type Remove = () => void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const pending = new Set<Remove>();

/**
 * Has `remove` called when the process ends before `forget` is. While nothing is registered no handler is installed, so
 * that the system's default ends the process at once, however long a synchronous pass takes.
 */
export function removeAtExit(remove: Remove): { forget(): void } {
  if (pending.size === 0) install();
  pending.add(remove);
  return {
    forget() {
      if (pending.delete(remove) && pending.size === 0) uninstall();
    },
  };
}

function install(): void {
  for (const signal of SIGNALS) process.on(signal, removeAndRaise);
  process.on('exit', removeAll);
}

function uninstall(): void {
  for (const signal of SIGNALS) process.removeListener(signal, removeAndRaise);
  process.removeListener('exit', removeAll);
}

function removeAll(): void {
  for (const remove of pending) {
    try {
      remove();
    } catch {
      // The next run removes what could not be removed now; the other temporaries must still go.
    }
  }
  pending.clear();
}

/** Raised again with the default in force, so that whoever started us sees the signal. */
function removeAndRaise(signal: NodeJS.Signals): void {
  removeAll();
  uninstall();
  // A program that uses this library and listens itself has heard the signal already, and decides.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
