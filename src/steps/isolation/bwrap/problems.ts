import { UserError } from '../../../core/errors.ts';
import type { Graph, Isolation } from '../../../core/graph/graph.ts';
import { taskNames } from '../../frameworks/preset-use.ts';
import { requireBwrapFor } from './ready.ts';

/** Places that run their agents elsewhere; whether bubblewrap is there, only they can tell. */
const ELSEWHERE: ReadonlySet<string> = new Set(['slurm', 'ssh']);

/** What keeps the graph's tasks from their bubblewrap sandboxes on this machine; each once. */
export async function bwrapProblems(graph: Graph): Promise<UserError[]> {
  const byNeed = new Map<string, Isolation>(isolationsOf(graph).map((one) => [JSON.stringify(one), one]));
  const asked = await Promise.all([...byNeed.values()].map((one) => requireBwrapFor(one).then(() => [], asProblem)));
  return [...new Map(asked.flat().map((problem) => [problem.message, problem])).values()];
}

/** Some of them, in words; null where no task of the graph asks for bubblewrap. */
export function usersOfBwrap({ tasks }: Graph): string | null {
  const users = tasks.filter(({ isolation, primaryAgent }) => {
    return [isolation, primaryAgent.isolation].some(({ sandbox }) => sandbox === 'bwrap');
  });
  return users.length === 0 ? null : taskNames(users);
}

function isolationsOf({ tasks }: Graph): Isolation[] {
  return tasks
    .filter(({ primaryAgent }) => !ELSEWHERE.has(primaryAgent.environment.type))
    .flatMap(({ isolation, primaryAgent }) => [isolation, primaryAgent.isolation])
    .filter(({ sandbox }) => sandbox === 'bwrap');
}

function asProblem(error: unknown): UserError[] {
  if (error instanceof UserError) return [error];
  throw error;
}
