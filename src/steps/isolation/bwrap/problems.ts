import { UserError } from '../../../core/errors.ts';
import type { Graph, GraphTask, Isolation } from '../../../core/graph/graph.ts';
import { taskNames } from '../../frameworks/preset-use.ts';
import { requireBwrapFor } from './ready.ts';

/** Places with the same files, whose own machines have bubblewrap or not: only they can tell. */
const ELSEWHERE: ReadonlySet<string> = new Set(['slurm']);

/** Places with files of their own: what is to be seen there nobody knows here. */
const APART: ReadonlySet<string> = new Set(['ssh']);

/** What keeps the graph's tasks from their bubblewrap sandboxes on this machine; each once. */
export async function bwrapProblems(graph: Graph): Promise<UserError[]> {
  const byNeed = new Map<string, Isolation>(isolationsOf(graph).map((one) => [JSON.stringify(one), one]));
  const asked = await Promise.all([...byNeed.values()].map((one) => requireBwrapFor(one).then(() => [], asProblem)));
  const known = [...graph.tasks.flatMap(wrongPlace), ...asked.flat()];
  return [...new Map(known.map((problem) => [problem.message, problem])).values()];
}

function wrongPlace({ id, isolation, primaryAgent }: GraphTask): UserError[] {
  const { type } = primaryAgent.environment;
  const isAsked = [isolation, primaryAgent.isolation].some(({ sandbox }) => sandbox === 'bwrap');
  if (!isAsked || !APART.has(type)) return [];
  return [
    new UserError(`task ${id} asks for the sandbox bwrap in the environment ${type}`, {
      hint: 'the sandbox bwrap works in the environments tmux, process and slurm',
    }),
  ];
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
    .filter(({ primaryAgent }) => ![...ELSEWHERE, ...APART].includes(primaryAgent.environment.type))
    .flatMap(({ isolation, primaryAgent }) => [isolation, primaryAgent.isolation])
    .filter(({ sandbox }) => sandbox === 'bwrap');
}

function asProblem(error: unknown): UserError[] {
  if (error instanceof UserError) return [error];
  throw error;
}
