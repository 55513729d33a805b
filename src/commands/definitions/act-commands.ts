import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UserError } from '../../core/errors.ts';
import type { Request } from '../../core/requests.ts';
import type { AskOptions } from '../ask.ts';
import { tmuxName, withConfig } from '../run-flags.ts';
import { type Action, type CommandContext, type Define, type RunPlaceFlags, withRunPlace } from './definition.ts';

/** What acts on the tasks of a run, live or left. */
export const ACT_COMMANDS: readonly Define[] = [
  defineRetry,
  defineTeardown,
  defineCancel,
  defineSend,
  defineAnswer,
  definePause,
  defineUnpause,
];

interface ActFlags extends RunPlaceFlags {
  readonly graph?: string;
  readonly tmuxSocket?: string;
  readonly config?: string;
}

function actCommand(program: Command, name: string, description: string): Command {
  const command = program.command(name).description(description);
  return withConfig(withRunPlace(command.option('-G, --graph <name>', 'the graph, where several were run'))).option(
    '-L, --tmux-socket <name>',
    'private tmux server of the run',
    tmuxName,
  );
}

function askOptions(flags: ActFlags, { agentScript }: CommandContext): AskOptions {
  return {
    graph: flags.graph ?? null,
    targetRepo: flags.targetRepo,
    run: flags.run ?? null,
    tmuxSocket: flags.tmuxSocket ?? null,
    configModule: flags.config ?? null,
    json: flags.json ?? false,
    agentCommands: { node: process.execPath, agentScript },
  };
}

type Wish = (by: Request['by']) => Request;

/** Asks for what needs no plan. */
async function askFor(wish: Wish, flags: ActFlags, context: CommandContext): Promise<number> {
  const { ask } = await import('../ask.ts');
  return ask(wish, askOptions(flags, context), context.io);
}

interface RetryFlags extends ActFlags {
  readonly note?: string;
  readonly instructions?: string;
  readonly framework?: string;
  readonly model?: string;
  readonly keepWork?: boolean;
  readonly fresh?: boolean;
  readonly yes?: boolean;
}

function defineRetry(program: Command, action: Action): void {
  actCommand(program, 'retry <task>', 'try a failed task again; shows what that resets, and asks')
    .option('--note <text>', 'for the agent, beside the task')
    .option('--instructions <file>', "in place of the task's description")
    .option('--framework <name>', 'another framework for its agent')
    .option('-m, --model <name>', 'another model for its agent')
    .option('--keep-work', 'its branch goes on from where the last attempt left it')
    .addOption(new Option('--fresh', 'the agent is told nothing of earlier attempts').conflicts('keepWork'))
    .option('-y, --yes', 'do it without asking')
    .action((task: string, flags: RetryFlags) =>
      action(async (context) => {
        const [{ retry }, { terminalConfirm }] = await Promise.all([import('../retry.ts'), import('../confirm.ts')]);
        const change = {
          note: flags.note ?? null,
          instructions: flags.instructions === undefined ? null : readInstructions(flags.instructions),
          framework: flags.framework ?? null,
          model: flags.model ?? null,
          keep_work: flags.keepWork ?? false,
          fresh: flags.fresh ?? false,
        };
        const options = { ...askOptions(flags, context), task, change, yes: flags.yes ?? false };
        return retry({ ...options, confirm: terminalConfirm() }, context.io);
      }),
    );
}

function readInstructions(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError(`the instructions ${file} cannot be read: ${String(cause)}`, { cause });
  }
}

function defineTeardown(program: Command, action: Action): void {
  actCommand(program, 'teardown <task>', "clear away what a task's last attempt has left; its work is kept")
    .option('--undo', 'bring the branch back, and a worktree of its own with what was not committed')
    .action((task: string, flags: ActFlags & { readonly undo?: boolean }) =>
      action((context) =>
        askFor((by) => ({ action: flags.undo ? 'undo_teardown' : 'teardown', task, by }), flags, context),
      ),
    );
}

function defineCancel(program: Command, action: Action): void {
  actCommand(program, 'cancel [task]', 'call off a task, or the whole run; the work of its agents is kept').action(
    (task: string | undefined, flags: ActFlags) =>
      action((context) => askFor((by) => ({ action: 'cancel', task: task ?? null, by }), flags, context)),
  );
}

function defineSend(program: Command, action: Action): void {
  actCommand(program, 'send <task> <text>', 'write to the agent of a task').action(
    (task: string, text: string, flags: ActFlags) =>
      action((context) => askFor((by) => ({ action: 'send', task, text, by }), flags, context)),
  );
}

function defineAnswer(program: Command, action: Action): void {
  actCommand(
    program,
    'answer <task> <text>',
    'answer what the agent of a task asks: allow, deny, a choice by its number, or a text',
  ).action((task: string, text: string, flags: ActFlags) =>
    action((context) => askFor((by) => ({ action: 'answer', task, text, by }), flags, context)),
  );
}

function definePause(program: Command, action: Action): void {
  actCommand(program, 'pause', 'start nothing more; what runs goes on').action((flags: ActFlags) =>
    action((context) => askFor((by) => ({ action: 'pause', by }), flags, context)),
  );
}

function defineUnpause(program: Command, action: Action): void {
  actCommand(program, 'unpause', 'start tasks again').action((flags: ActFlags) =>
    action((context) => askFor((by) => ({ action: 'unpause', by }), flags, context)),
  );
}
