import { join } from 'node:path';
import { replay } from '../../../src/core/reduce.ts';
import type { RunState } from '../../../src/core/run-state.ts';
import { readIfThere } from '../../../src/steps/tools/atomic-file.ts';
import { eventsIn } from '../run-fixture.ts';
import { GRAPH, LANES, TASKS } from './fault-graph.ts';
import type { FaultRun } from './fault-run.ts';

/** What a run leaves behind, in words that are the same for two runs that went the same way. */
export type FaultWorld = Readonly<Record<string, readonly string[]>>;

export async function readFaultWorld({ box, clone }: FaultRun): Promise<FaultWorld> {
  const text = readIfThere(join(clone, `.workflow/${GRAPH}/runs/1/events.jsonl`)) ?? '';
  const pulls = await box.api.repo().pullRequests();
  const names = (folder: string) => refs(box.git(folder, 'for-each-ref', '--format=%(refname)'));
  return {
    ...(text === '' ? { outcome: ['no journal'] } : fromState(replay(eventsIn(text)))),
    'pull requests': pulls
      .map(({ state, title, headBranch, baseBranch }) => `${state} ${headBranch} -> ${baseBranch}: ${title}`)
      .toSorted(),
    'branches of the remote': names(box.bare),
    'branches here': names(clone),
    'files of main': lines(box.git(box.bare, 'ls-tree', '-r', 'main')),
    ...Object.fromEntries(LANES.map((lane) => [`work in ${lane}`, workIn(box.git, box.bare, lane)])),
  };
}

function fromState(state: RunState): FaultWorld {
  const tasks = [...state.tasks.values()];
  return {
    outcome: [String(state.outcome)],
    tasks: tasks
      .map(({ outline, status, attempts }) => {
        const rounds = attempts.map(({ gateRounds, sentBack }) => `gate ${gateRounds}, sent back ${sentBack}`);
        return `${outline.id} ${status}: ${rounds.join('; ')}`;
      })
      .toSorted(),
    lanes: [...state.workstreams.values()]
      .map(({ outline, status, held }) => `${outline.id} ${status} ${held}`)
      .toSorted(),
  };
}

/** Commits of agents, and merges of tasks, each as often as it is there. */
function workIn(git: FaultRun['box']['git'], bare: string, lane: string): string[] {
  const branch = `agentrelay/${GRAPH}/ws/${lane}`;
  const known = lines(git(bare, 'for-each-ref', `refs/heads/${branch}`));
  if (known.length === 0) return ['no branch'];
  const subjects = lines(git(bare, 'log', '--format=%s', branch));
  // Which lane is second into the target is a matter of luck.
  const own = TASKS.filter((task) => task.lane === lane).map(({ id }) => id);
  return subjects
    .filter((subject) => own.some((id) => subject.includes(id)))
    .map(withoutNumber)
    .toSorted();
}

function withoutNumber(subject: string): string {
  return subject.replace(/#\d+/, '#');
}

function refs(listed: string): string[] {
  return lines(listed).filter((name) => name !== 'refs/remotes/origin/HEAD');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
