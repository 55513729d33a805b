import { hostname } from 'node:os';
import { UserError } from '../core/errors.ts';

/** Somebody else has the run. */
export class RunTaken extends UserError {
  override readonly name = 'RunTaken';
}

/** Says who has it; `hint` is for an owner on this machine. */
export function runTaken(
  graph: string,
  { lockFile, by }: { lockFile: string; by: { pid: number; host: string } },
  hint = `agentrelay events ${graph} --follow shows it`,
): RunTaken {
  const elsewhere = `if nothing runs there any more, or this machine was renamed: rm ${lockFile}`;
  return new RunTaken(`graph ${graph} is being run by process ${by.pid} on ${by.host}`, {
    hint: by.host === hostname() ? hint : elsewhere,
  });
}
