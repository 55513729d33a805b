import type { Command } from 'commander';
import { count, tmuxName } from '../run-flags.ts';
import type { Action, Define } from './definition.ts';

/** What goes into runs in the background, and clears away what they leave. */
export const BACKGROUND_COMMANDS: readonly Define[] = [defineAttach, defineGc];

const SOCKET = ['-L, --tmux-socket <name>', 'private tmux server of the run'] as const;

interface AttachFlags {
  readonly graph?: string;
  readonly targetRepo: string;
  readonly run?: number;
  readonly tmuxSocket?: string;
}

function defineAttach(program: Command, action: Action): void {
  program
    .command('attach [task]')
    .description("go into the tmux window of a task's agent, or of the run's owner")
    .option('-G, --graph <name>', 'the graph, where several were run')
    .option('-t, --target-repo <path>', 'the repository', '.')
    .option('-r, --run <n>', 'an earlier run', count)
    .option(...SOCKET, tmuxName)
    .action((task: string | undefined, { graph, targetRepo, run, tmuxSocket }: AttachFlags) =>
      action(async ({ io }) => {
        const { attach } = await import('../attach.ts');
        const place = { graph: graph ?? null, targetRepo, run: run ?? null, tmuxSocket: tmuxSocket ?? null };
        return attach({ task: task ?? null, ...place }, io);
      }),
    );
}

interface GcFlags {
  readonly targetRepo: string;
  readonly tmuxSocket?: string;
  readonly keep: number;
  readonly unmerged?: boolean;
  readonly keptRefs?: boolean;
  readonly remote?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

function defineGc(program: Command, action: Action): void {
  program
    .command('gc [graph]')
    .description('list and remove what finished runs have left: worktrees, branches, windows, records')
    .option('-t, --target-repo <path>', 'the repository', '.')
    .option(...SOCKET, tmuxName)
    .option('--keep <n>', 'records of the newest runs stay', count, 3)
    .option('--unmerged', 'also what was merged nowhere; its commits are kept under refs/agentrelay/archive/')
    .option('--kept-refs', 'also what is kept under refs/agentrelay/ itself, for good; needs --yes')
    .option('--remote', 'also list branches on GitHub that no run here needs; removes none of them')
    .option('-y, --yes', 'remove without asking')
    .option('-d, --dry-run', 'list, and remove nothing')
    .option('--json', 'as JSON; removes nothing without --yes')
    .action((graph: string | undefined, flags: GcFlags) =>
      action(async ({ io }) => {
        const { gc } = await import('../gc.ts');
        const { unmerged = false, keptRefs = false, remote = false } = flags;
        const { yes = false, dryRun = false, json = false } = flags;
        const place = { graph: graph ?? null, targetRepo: flags.targetRepo, tmuxSocket: flags.tmuxSocket ?? null };
        return gc({ ...place, keep: flags.keep, unmerged, keptRefs, remote, yes, dryRun, json }, io);
      }),
    );
}
