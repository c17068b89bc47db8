import type { InstalledEngine } from '../../engines/installed.js';
import type { ErrorReport } from '../../report/index.js';

/** What is installed here, and whether it works. */
export interface DoctorReport {
  readonly tool: { readonly name: 'mobileone'; readonly version: string };
  readonly exitCode: number;
  readonly node: { readonly version: string; readonly isSupported: boolean };
  /** As Node calls them: `linux`, `x64`. */
  readonly platform: string;
  readonly architecture: string;
  readonly engines: readonly InstalledEngine[];
  /** A block of two branches, converted to every target and checked. */
  readonly selfTest: {
    readonly milliseconds: number;
    /** Each target with the engine that ran it; null where none did. */
    readonly targets: readonly { readonly target: string; readonly verdict: string; readonly engine: string | null }[];
    readonly error: ErrorReport | null;
  };
  /** What is missing, and the command that brings it. */
  readonly advice: readonly { readonly what: string; readonly command: string }[];
}
