import type { Command } from 'commander';
import type { ResetSubject } from '../../core/reset-reach.ts';
import type { RollbackOptions } from '../rollback-place.ts';
import { tmuxName } from '../run-flags.ts';
import { type Action, type CommandContext, type Define, type RunPlaceFlags, withRunPlace } from './definition.ts';

/** What takes back work that is done. */
export const ROLLBACK_COMMANDS: readonly Define[] = [
  defineResetTask,
  defineResetWorkstream,
  defineResetTo,
  defineReset,
  defineUndo,
];

interface RollbackFlags extends RunPlaceFlags {
  readonly graph?: string;
  readonly tmuxSocket?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

function rollbackCommand(program: Command, name: string, description: string): Command {
  return withRunPlace(program.command(name).description(description))
    .option('-G, --graph <name>', 'the graph, where the repository has run several')
    .option('-L, --tmux-socket <name>', 'the private tmux server of its agents', tmuxName)
    .option('-y, --yes', 'do it without asking')
    .option('-n, --dry-run', 'show the plan, and do nothing');
}

async function optionsOf({ graph, run, json, tmuxSocket, yes, dryRun, targetRepo }: RollbackFlags) {
  const { terminalConfirm } = await import('../confirm.ts');
  return {
    targetRepo,
    graph: graph ?? null,
    run: run ?? null,
    json: json ?? false,
    tmuxSocket: tmuxSocket ?? null,
    yes: yes ?? false,
    dryRun: dryRun ?? false,
    confirm: terminalConfirm(),
  } satisfies RollbackOptions;
}

async function rollBack(flags: RollbackFlags, named: ResetSubject, { io }: CommandContext): Promise<number> {
  const { reset } = await import('../reset.ts');
  return reset({ ...(await optionsOf(flags)), ...named }, io);
}

function defineResetTask(program: Command, action: Action): void {
  const description = 'take back a task, and everything that was built on it';
  rollbackCommand(program, 'reset-task <task>', description).action((task: string, flags: RollbackFlags) =>
    action((context) => rollBack(flags, { scope: 'task', subject: task }, context)),
  );
}

function defineResetWorkstream(program: Command, action: Action): void {
  const description = 'begin a lane anew, and everything that depends on it';
  rollbackCommand(program, 'reset-workstream <id>', description).action((lane: string, flags: RollbackFlags) =>
    action((context) => rollBack(flags, { scope: 'workstream', subject: lane }, context)),
  );
}

function defineResetTo(program: Command, action: Action): void {
  rollbackCommand(program, 'reset-to', 'take back all that came after a task, and all that is not finished')
    .requiredOption('--after <task>', 'the last task that stays')
    .action((flags: RollbackFlags & { after: string }) =>
      action((context) => rollBack(flags, { scope: 'after', subject: flags.after }, context)),
    );
}

function defineReset(program: Command, action: Action): void {
  rollbackCommand(program, 'reset', 'take back the whole run').action((flags: RollbackFlags) =>
    action((context) => rollBack(flags, { scope: 'run', subject: null }, context)),
  );
}

function defineUndo(program: Command, action: Action): void {
  rollbackCommand(program, 'undo', 'bring back what the last reset took away').action((flags: RollbackFlags) =>
    action(async ({ io }) => {
      const { undo } = await import('../undo.ts');
      return undo(await optionsOf(flags), io);
    }),
  );
}
