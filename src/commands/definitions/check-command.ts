import { type Command, Option } from 'commander';
import type { ForgeName } from '../../core/graph/graph.ts';
import { PROVABLE, type Provable } from '../provable.ts';
import { tmuxName, withConfig, withTarget } from '../run-flags.ts';
import type { Action } from './definition.ts';

interface CheckFlags {
  readonly targetRepo: string;
  readonly graphDir?: string;
  readonly config?: string;
  readonly forge?: ForgeName;
  readonly tmuxSocket?: string;
  readonly json?: boolean;
  readonly env?: Provable;
}

/** What looks at everything that a run stands on. */
export function defineCheck(program: Command, action: Action): void {
  const command = program
    .command('check [graph]')
    .description(
      'what a run needs: tools, settings, repository, GitHub, what earlier runs have left; each with what mends it',
    );
  withConfig(withTarget(command))
    .addOption(new Option('--forge <name>', 'where task branches would be merged').choices(['gh', 'local']))
    .option('-L, --tmux-socket <name>', 'private tmux server of the runs', tmuxName)
    .addOption(
      new Option('--env <place>', 'prove a place: an agent of one line does a whole task in it').choices(PROVABLE),
    )
    .option('--json', 'as JSON')
    .action((graph: string | undefined, flags: CheckFlags) =>
      action(async ({ io, agentScript }) => {
        const { check } = await import('../check.ts');
        const { targetRepo, graphDir = null, forge = null, tmuxSocket = null, json = false } = flags;
        const { config: configModule = null, env: place = null } = flags;
        const proof = place === null ? null : { place, agentScript };
        return check({ graph: graph ?? null, graphDir, targetRepo, forge, tmuxSocket, configModule, json, proof }, io);
      }),
    );
}
