import type { RunEvent } from '../../src/core/events.ts';
import { type Finished, type Live, SOCKET } from '../support/run-fixture.ts';
import type { Program } from './programs.ts';
import type { Mode } from './provider/model.ts';
import type { RealProject } from './real-project.ts';

interface Given {
  readonly mode?: Mode;
  readonly approvals?: 'ask' | 'skip';
  readonly environment?: 'tmux' | 'process';
}

/** A graph with a task for each of these programs, whose id is that of its program. */
export function graphOf(
  project: RealProject,
  programs: readonly Program[],
  { mode, approvals = 'skip', environment = 'tmux' }: Given = {},
): string {
  const tasks = programs.map(({ name, command }) => ({
    id: command,
    description: `Make the file. ${mode ?? ''}`.trim(),
    workstream_id: 'default',
    approvals,
    primary_agent: { framework: name, environment: { type: environment } },
  }));
  return project.graph({
    name: 'g',
    max_concurrency: programs.length,
    workstreams: [{ id: 'default', parallel: true, auto_merge: true }],
    tasks,
  });
}

export function startRun(project: RealProject, graph: string): Live {
  return project.start('run', graph, '-L', SOCKET, '--json');
}

/** What an agent asked, and what came of the answer. */
export interface Answered {
  readonly question: string;
  readonly answer: 'allow' | 'deny';
  readonly said: Finished;
}

const OVER = ['task_succeeded', 'task_failed'];
const ASKS = ['agent_trust_prompt', 'agent_waiting_permission'];

/** Answers all that the agent of a task asks until its task is over; `answerTo` is given its questions. */
export async function answerAll(
  project: RealProject,
  live: Live,
  task: string,
  answerTo: (question: string) => Answered['answer'],
): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (let seen = 0; ; ) {
    const event = await nextOf(live, task, [...ASKS, ...OVER], seen);
    seen = event.seq;
    if (OVER.includes(event.kind)) return answered;
    const question = 'question' in event ? String(event.question ?? '') : '';
    const answer = event.kind === 'agent_trust_prompt' ? 'allow' : answerTo(question);
    answered.push({ question, answer, said: await project.run('answer', task, answer, '-L', SOCKET) });
  }
}

/** The first event of these kinds after the one with the number `after`. */
async function nextOf(live: Live, task: string, kinds: readonly string[], after: number): Promise<RunEvent> {
  const isIt = (event: RunEvent) =>
    event.seq > after && kinds.includes(event.kind) && 'task' in event && event.task === task;
  return JSON.parse(await live.line((line) => isIt(JSON.parse(line) as RunEvent))) as RunEvent;
}

/** Kinds of events that call a person to an agent. */
export const CALLS = [
  'agent_trust_prompt',
  'agent_login_required',
  'agent_waiting_permission',
  'agent_waiting_input',
  'agent_stalled',
  'agent_unknown',
] as const;
