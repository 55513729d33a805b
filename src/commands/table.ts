import type { Command } from 'commander';
import { ACT_COMMANDS } from './definitions/act-commands.ts';
import { BACKGROUND_COMMANDS } from './definitions/background-commands.ts';
import { defineCheck } from './definitions/check-command.ts';
import type { Action, Define } from './definitions/definition.ts';
import { GRAPH_COMMANDS } from './definitions/graph-commands.ts';
import { LOOK_COMMANDS } from './definitions/look-commands.ts';
import { ROLLBACK_COMMANDS } from './definitions/rollback-commands.ts';

/** Every command of the command line, in the order of the help. */
export const COMMANDS: readonly Define[] = [
  ...GRAPH_COMMANDS,
  defineCheck,
  ...LOOK_COMMANDS,
  ...ACT_COMMANDS,
  ...BACKGROUND_COMMANDS,
  ...ROLLBACK_COMMANDS,
  defineSchema,
  defineAgent,
];

function defineSchema(program: Command, action: Action): void {
  program
    .command('schema')
    .description("the graph file's JSON Schema, for editors")
    .action(() =>
      action(async ({ io }) => {
        const { schema } = await import('./schema.ts');
        return schema(io);
      }),
    );
}

function defineAgent(program: Command, action: Action): void {
  // So that the flags behind the verb stay the verb's own.
  program
    .enablePositionalOptions()
    .command('agent [verb] [flags...]')
    .description('the commands of an agent, as agentrelay-VERB has them')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action((verb: string | undefined, flags: string[]) =>
      action(({ agent }) => agent(verb === undefined ? [] : [verb, ...flags])),
    );
}
