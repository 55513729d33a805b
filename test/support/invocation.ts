import type { AgentInvocation } from '../../src/steps/frameworks/framework.ts';

/** What a framework is asked to start, with whatever a test needs otherwise. */
export function invocationOf(given: Partial<AgentInvocation> = {}): AgentInvocation {
  return {
    prompt: '- go',
    instructions: '/run/signals/instructions.md',
    model: null,
    task: 'build',
    attempt: 1,
    command: null,
    approvals: 'ask',
    session: 'ours',
    folder: '/run/signals',
    bin: '/a b/bin',
    worktree: '/w',
    ...given,
  };
}
