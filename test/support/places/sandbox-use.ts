import type { Isolation } from '../../../src/core/graph/graph.ts';
import type { SandboxUse } from '../../../src/steps/isolation/sandbox.ts';
import { makeAttempt } from '../attempt.ts';
import type { TaskSpec } from '../graphs.ts';

/** The agent of task `task` in a container of image `img`, but for what the test changes. */
export function containerUse(
  folder: string,
  changes: Partial<Omit<SandboxUse, 'isolation'>> & { readonly isolation?: Partial<Isolation> } = {},
  spec: Partial<TaskSpec> = {},
): SandboxUse {
  const { runtime, signalDir } = makeAttempt(folder, { spec });
  const { isolation, ...rest } = changes;
  return {
    runtime,
    purpose: 'agent',
    graph: 'g',
    cwd: '/repo/.worktrees/g/default',
    signalDir,
    runDirectory: '/repo/.workflow/g/runs/1',
    repository: '/repo',
    commonDir: '/repo/.git',
    programs: [],
    hiddenFiles: [],
    tty: true,
    env: {},
    isolation: { ...runtime.task.isolation, sandbox: 'oci', image: 'img', ...isolation },
    ...rest,
  };
}
