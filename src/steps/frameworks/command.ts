import { AgentLaunchError } from '../../core/errors.ts';
import { PLACEHOLDER } from '../../core/graph/command-template.ts';
import type { AgentInvocation, FrameworkPreset } from './framework.ts';

/** `framework: command`: any program, with what it must know put into its arguments. */
export const command: FrameworkPreset = {
  name: 'command',
  argv(invocation) {
    if (invocation.command === null || invocation.command.length === 0) {
      throw new AgentLaunchError('no_command', `task ${invocation.task} has framework command and no command`);
    }
    const values = placeholders(invocation);
    // In one pass, so that a value which looks like a placeholder stays as it is.
    return invocation.command.map((argument) =>
      argument.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole),
    );
  },
  kickoff: 'argv',
};

function placeholders(invocation: AgentInvocation): Readonly<Record<string, string>> {
  return {
    prompt: invocation.prompt,
    instructions: invocation.instructions,
    model: invocation.model ?? '',
    task: invocation.task,
    attempt: String(invocation.attempt),
  };
}
