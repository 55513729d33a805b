import { UserError } from '../core/errors.ts';
import { livenessOf, type ProcessIdentity } from '../steps/tools/process-identity.ts';
import { commandText } from './shell-text.ts';

/** Somebody else has the run. */
export class RunTaken extends UserError {
  override readonly name = 'RunTaken';
}

/** Says who has it; `hint` is for an owner that lives. */
export function runTaken(
  graph: string,
  { lockFile, by }: { lockFile: string; by: ProcessIdentity },
  hint = `agentrelay events ${graph} --follow shows it`,
): RunTaken {
  const unseen = `that process cannot be seen from here; if it is gone: ${commandText(['rm', lockFile])}`;
  return new RunTaken(`graph ${graph} is being run by process ${by.pid} on ${by.host}`, {
    hint: livenessOf(by) === 'unknown' ? unseen : hint,
  });
}
