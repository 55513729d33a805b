import type { RollbackPlace } from '../steps/rollback/apply.ts';
import { resumeResets } from '../steps/rollback/rollback.ts';
import type { Confirm } from './confirm.ts';
import { type HeldRun, holdRun } from './held-run.ts';
import type { Io } from './io.ts';
import type { RecordedRunOptions } from './recorded-run.ts';
import { rollbackPlaceOf } from './rollback-remote.ts';

/** What `reset` and `undo` take alike. */
export interface RollbackOptions extends RecordedRunOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Name of the private tmux server that the agents are on; null for those that the run has recorded. */
  readonly tmuxSocket: string | null;
  readonly confirm: Confirm;
}

const REFUSED = 2;

/** Holds the run for `work`; what an earlier rollback has begun, and was killed in, is done first. */
export async function withHeldRun(
  options: RollbackOptions,
  io: Io,
  work: (held: HeldRun, place: RollbackPlace) => Promise<number>,
): Promise<number> {
  const held = await holdRun(options);
  try {
    const place = await rollbackPlaceOf(held, (note) => io.err(`agentrelay: ${note}`));
    for (const { reset, progress } of await resumeResets(held.log, place)) {
      const what = progress === 'decided' ? `reset ${reset.reset}` : `the undo of reset ${reset.reset}`;
      io.err(`agentrelay: ${what} was cut short, and is done now`);
    }
    return await work(held, place);
  } finally {
    held.close();
  }
}

/** Prints why it is not done; the exit code for that. */
export function refuse(
  problems: readonly { readonly message: string; readonly hint: string }[],
  { json }: RollbackOptions,
  io: Io,
): number {
  if (json) io.out(JSON.stringify({ refused: problems }));
  for (const { message, hint } of problems) {
    io.err(`agentrelay: ${message}`);
    io.err(`  → ${hint}`);
  }
  return REFUSED;
}

/** True when it is to be done; else the exit code. */
export async function agreed(options: RollbackOptions, io: Io): Promise<true | number> {
  if (options.dryRun) return 0;
  if (options.yes) return true;
  if (options.json) return 0;
  if (options.confirm === null) {
    io.err('agentrelay: nothing is done without a yes');
    io.err('  → the same command with --yes does it');
    return REFUSED;
  }
  if (await options.confirm('Go on?')) return true;
  io.err('agentrelay: nothing was changed');
  return 0;
}
