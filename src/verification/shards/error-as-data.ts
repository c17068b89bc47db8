import {
  EngineError,
  type ErrorName,
  type ErrorParts,
  GateError,
  InputError,
  type MobileoneError,
  NotEquivalentError,
  OutputError,
  UnsupportedError,
  UsageError,
} from '../../model/index.js';
import type { ErrorReport } from '../../report/index.js';

const MAKE: Readonly<Record<ErrorName, (parts: ErrorParts) => MobileoneError>> = {
  UsageError: (parts) => new UsageError(parts),
  InputError: (parts) => new InputError(parts),
  UnsupportedError: (parts) => new UnsupportedError(parts, []),
  NotEquivalentError: (parts) => new NotEquivalentError(parts),
  OutputError: (parts) => new OutputError(parts),
  GateError: (parts) => new GateError(parts),
  EngineError: (parts) => new EngineError(parts),
};

/** The error that a report tells of. */
export function errorFrom({ kind, what, file, node, value, todo }: ErrorReport): MobileoneError {
  const where = {
    ...(file === null ? {} : { file }),
    ...(node === null ? {} : { node }),
    ...(value === null ? {} : { value }),
  };
  return MAKE[kind]({ what, where, ...(todo === null ? {} : { todo }) });
}
