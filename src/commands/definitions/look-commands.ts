import type { Command } from 'commander';
import { type Action, type Define, type RunPlaceFlags, withRunPlace } from './definition.ts';

/** What looks at a run from another terminal. */
export const LOOK_COMMANDS: readonly Define[] = [defineStatus, defineEvents];

function lookCommand(program: Command, name: string, description: string): Command {
  return withRunPlace(program.command(`${name} [graph]`).description(description));
}

function defineStatus(program: Command, action: Action): void {
  lookCommand(program, 'status', 'where the last run stands').action(
    (graph: string | undefined, flags: RunPlaceFlags) =>
      action(async ({ io }) => {
        const { status } = await import('../status.ts');
        return status({ ...flags, graph: graph ?? null, run: flags.run ?? null, json: flags.json ?? false }, io);
      }),
  );
}

function defineEvents(program: Command, action: Action): void {
  lookCommand(program, 'events', 'what has happened in the last run')
    .option('-f, --follow', 'go on until the run is over')
    .action((graph: string | undefined, flags: RunPlaceFlags & { follow?: boolean }) =>
      action(async ({ io }) => {
        const { events } = await import('../events.ts');
        const { follow = false, json = false, run = null } = flags;
        return events({ ...flags, graph: graph ?? null, run, json, follow }, io);
      }),
    );
}
