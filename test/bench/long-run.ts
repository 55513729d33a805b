import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog } from '../../src/core/event-log.ts';
import { DEFAULT_SETTINGS } from '../../src/core/graph/graph.ts';
import { integrationBranch, taskBranch } from '../../src/core/names.ts';
import { runStarted } from '../../src/core/run-started.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import { RunStore } from '../../src/steps/run-store.ts';
import { parseGraph } from '../../src/steps/tools/graph-file.ts';
import { AGENT, makeRepository, type Workplace } from './workplace.ts';

const TASKS_A_LANE = 100;
const GATE_ROUNDS = 4;

/** A repository in which all tasks of a run but the last are done, after much ado. */
export interface LongRun {
  readonly place: Workplace;
  readonly graphFile: string;
  /** The only one that is left. */
  readonly lastTask: string;
  readonly events: number;
}

export async function makeLongRun(tasks: number): Promise<LongRun> {
  const place = await makeRepository();
  const text = graphText(tasks);
  const graphFile = place.write('.git/long.yaml', text);
  const graph = parseGraph(text, graphFile);
  const digest = createHash('sha256').update(text).digest('hex');
  const store = new RunStore(place.folder, graph.name);
  const settings = { ...DEFAULT_SETTINGS, ...graph.settings };
  store.create(1, { graph_digest: digest, base_commits: {}, settings, graphText: text });
  const lines: string[] = [];
  const log = new EventLog({ state: emptyRunState(), now: Date.now, write: (line) => lines.push(line) });
  log.append(runStarted(graph, { number: 1, digest }));
  const lastTask = graph.tasks.at(-1)?.id ?? '';
  const commit = readFileSync(join(place.folder, '.git/refs/heads/main'), 'utf8').trim();
  for (const { id: workstream } of graph.workstreams) {
    const branch = integrationBranch(graph.name, workstream);
    await place.git('branch', branch);
    log.append({ kind: 'workstream_active', workstream, branch, base_commit: commit });
    const own = graph.tasks.filter((task) => task.workstreamId === workstream && task.id !== lastTask);
    for (const { id } of own) appendTask(log, id, commit, join(store.runDirectory(1), 'signals', id, 'attempt-1'));
    if (workstream === graph.workstreams.at(-1)?.id) break;
    log.append({ kind: 'workstream_merge_ready', workstream, commit });
    log.append({ kind: 'workstream_merged', workstream, commit, by: 'nothing_to_merge' });
  }
  appendFileSync(store.journalFile(1), lines.join(''));
  return { place, graphFile, lastTask, events: log.state.seq };
}

function graphText(tasks: number): string {
  const lanes = Math.ceil(tasks / TASKS_A_LANE);
  const lines = ['name: bench', 'workstreams:'];
  for (let lane = 0; lane < lanes; lane++) lines.push(`  - id: lane${lane}`);
  lines.push('tasks:');
  for (let n = 0; n < tasks; n++) {
    lines.push(`  - id: t${n}`, `    workstream_id: lane${Math.floor(n / TASKS_A_LANE)}`);
    lines.push(`    primary_agent: { framework: command, command: [sh, '${AGENT}'] }`);
    if (n % TASKS_A_LANE > 0) lines.push(`    dependencies: [t${n - 1}]`);
  }
  return `${lines.join('\n')}\n`;
}

/** Its gate failed again and again, and it had nothing to merge in the end. */
function appendTask(log: EventLog, task: string, commit: string, signalDir: string): void {
  const of = GATE_ROUNDS;
  const at = { task, attempt: 1 };
  const signalled = { ...at, kind: 'task_signalled', outcome: 'done', commit, commits_ahead: 0 } as const;
  log.append({ ...at, kind: 'task_started', token_hash: 'h'.repeat(64) });
  const branch = taskBranch('bench', task);
  log.append({ ...at, kind: 'task_prepared', branch, base_commit: commit, worktree: '/w', signal_dir: signalDir });
  log.append({ ...at, kind: 'task_launched', agent: 'agentrelay:%1', place: '1/1' });
  log.append({ ...at, kind: 'task_waiting' });
  for (let round = 1; round < of; round++) {
    log.append(signalled);
    log.append({ ...at, kind: 'task_gate_started', round, of });
    log.append({ ...at, kind: 'task_gate_failed', round, of, exit_code: 1, output: join(signalDir, 'output') });
    log.append({ ...at, kind: 'task_sent_back', cause: 'gate', result: 'submitted' });
  }
  log.append(signalled);
  log.append({ ...at, kind: 'task_gate_started', round: of, of });
  log.append({ ...at, kind: 'task_gate_passed', round: of, of, commit });
  log.append({ ...at, kind: 'task_succeeded', status: 'completed', pr: null, commit: null });
  log.append({ ...at, kind: 'task_torn_down' });
}
