import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { replay } from '../../src/core/reduce.ts';
import { eventsIn, type Finished, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

interface Case {
  readonly script: string;
  /** In the place of the script. */
  readonly command?: readonly string[];
  readonly task?: object;
  /** What became of it: a status of success, or the code of its error and words of it. */
  readonly ends: 'pr_merged' | 'completed' | readonly [code: string, error: RegExp];
  /** Its last commits are kept under the ref of the attempt. */
  readonly keepsCommits?: boolean;
  /** Uncommitted files are kept under a backup ref; a name in it. */
  readonly keepsFile?: string;
  /** An event of the attempt, beside its end. */
  readonly tells?: { readonly kind: EventKind; readonly [key: string]: unknown };
}

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const WORK = 'commit $AGENTRELAY_TASK.txt work';
const ignored = (file: string, reason = 'not_awaited') => ({ kind: 'task_signal_ignored', file, reason }) as const;

/** Each in a lane of its own. */
const CASES: Record<string, Case> = {
  healthy: { script: GOOD, ends: 'pr_merged' },
  exits_0: {
    script: `${WORK}; echo last words`,
    ends: ['agent_exited', /exited with 0 and without a signal; its last lines: .*last words/],
    keepsCommits: true,
  },
  exits_1: {
    script: 'echo half >half.txt; echo it broke; exit 1',
    ends: ['agent_exited', /exited with 1 .*it broke/],
    keepsFile: 'half.txt',
    tells: { kind: 'agent_exited', exit_code: 1 },
  },
  killed: { script: 'kill -9 $$', ends: ['agent_exited', /exited with 137/] },
  wrapper_killed: {
    script: 'told task_waiting; kill -9 $PPID; sleep 60',
    ends: ['agent_lost', /gone, without a signal and without an exit code/],
    tells: { kind: 'agent_exited', exit_code: null },
  },
  pane_killed: {
    script: 'told task_waiting; tmux kill-pane -t "$TMUX_PANE"; sleep 60',
    ends: ['agent_lost', /gone, without a signal/],
  },
  window_killed: {
    script: 'told task_waiting; tmux kill-window -t "$TMUX_PANE"; sleep 60',
    ends: ['agent_lost', /gone, without a signal/],
  },
  done_empty: {
    script: `${WORK}; : >"$AGENTRELAY_SIGNAL_DIR/.done"; sleep 60`,
    ends: ['malformed_signal', /\.done cannot be used: it is empty/],
    keepsCommits: true,
  },
  done_half: {
    script: `${WORK}; printf 2026-01- >"$AGENTRELAY_SIGNAL_DIR/.done"; sleep 60`,
    ends: ['malformed_signal', /its first line has no end/],
    keepsCommits: true,
  },
  done_slowly: {
    script: `${WORK}; f=$AGENTRELAY_SIGNAL_DIR/.done; date -u +%Y-%m-%dT%H:%M:%SZ | tr -d '\\n' >"$f"; sleep 0.3
      printf '\\n%s\\n%s\\n' "$(here)" "$AGENTRELAY_TOKEN" >>"$f"; sleep 60`,
    ends: 'pr_merged',
  },
  done_binary: {
    script: `${WORK}; printf '\\000\\001\\377ELF\\n\\n' >"$AGENTRELAY_SIGNAL_DIR/.done"; sleep 60`,
    ends: ['malformed_signal', /it is not text/],
    keepsCommits: true,
  },
  done_no_date: {
    script: `${WORK}; printf 'all done!\\nyes\\n' >"$AGENTRELAY_SIGNAL_DIR/.done"; sleep 60`,
    ends: ['malformed_signal', /line 1 is not an ISO timestamp: "all done!"/],
    keepsCommits: true,
  },
  done_no_url: {
    script: `${WORK}; signal done ''; sleep 60`,
    ends: ['no_pr_url', /without a pull request/],
    keepsCommits: true,
  },
  other_branch: {
    script: `${WORK}; signal done "local:agentrelay/bad/healthy@$(git rev-parse HEAD)"; sleep 60`,
    ends: ['pr_head_mismatch', /names local:agentrelay\/bad\/healthy@/],
    keepsCommits: true,
  },
  old_commit: {
    script: `${WORK}; pr=$(here); commit more.txt more; signal done "$pr"; sleep 60`,
    ends: ['pr_head_mismatch', /the task's branch is local:agentrelay\/bad\/old_commit@/],
    keepsCommits: true,
  },
  foreign_token: {
    script: `${WORK}; signal done "$(here)" 0123456789abcdef; wait_for "$AGENTRELAY_SIGNAL_DIR/.done.foreign"; agentrelay-complete`,
    ends: 'pr_merged',
    tells: ignored('.done', 'foreign_token'),
  },
  no_commits: { script: 'signal done "$(here)"; sleep 60', ends: ['no_commits', /no commits/] },
  no_pr_commits: {
    script: `${WORK}; signal done NO_PR; sleep 60`,
    ends: ['no_pr_with_commits', /has 1 commit/],
    keepsCommits: true,
  },
  no_pr: { script: 'echo notes >notes.txt; signal done NO_PR; sleep 60', ends: 'completed', keepsFile: 'notes.txt' },
  concerns_50mb: {
    script: `${WORK}; head -c 50000000 /dev/zero | tr '\\0' x >"$AGENTRELAY_SIGNAL_DIR/concerns.log"; signal done "$(here)"; sleep 60`,
    ends: ['signal_too_large', /concerns\.log holds more than 1 MiB/],
    keepsCommits: true,
  },
  dirty: {
    script: `${WORK}; echo x >left.txt; signal done "$(here)"; sleep 60`,
    ends: ['dirty_worktree', /uncommitted files: left\.txt/],
    keepsCommits: true,
    keepsFile: 'left.txt',
  },
  elsewhere: {
    script: `${WORK}; git checkout -qb mine; signal done "$(here)"; sleep 60`,
    ends: ['wrong_branch', /on branch mine and not on agentrelay\/bad\/elsewhere/],
    keepsCommits: true,
  },
  detached: {
    script: `${WORK}; git checkout -q --detach; signal done "$(here)"; sleep 60`,
    ends: ['wrong_branch', /on no branch/],
    keepsCommits: true,
  },
  no_worktree: {
    script: `${WORK}; pr=$(here); rm -rf "$PWD"; signal done "$pr"; sleep 60`,
    ends: ['worktree_missing', /its worktree .* is gone/],
    keepsCommits: true,
  },
  removed_worktree: {
    script: `${WORK}; pr=$(here); git worktree remove -f "$PWD"; signal done "$pr"; sleep 60`,
    ends: ['worktree_missing', /is gone/],
    keepsCommits: true,
  },
  no_branch: {
    script: `${WORK}; pr=$(here); git update-ref -d "refs/heads/$branch"; signal done "$pr"; sleep 60`,
    ends: ['branch_missing', /branch agentrelay\/bad\/no_branch is gone/],
    // Without a branch to hold it, all that was checked out is kept.
    keepsFile: 'no_branch.txt',
  },
  done_twice: {
    script: `${WORK}; signal done "$(here)"; told task_signalled; signal done "$(here)X"; sleep 60`,
    task: { completion_gate: 'sleep 0.2' },
    ends: 'pr_merged',
    tells: ignored('.done'),
  },
  done_failed: {
    script: `${WORK}; signal done "$(here)"; told task_signalled; signal failed 'no, sorry'; sleep 60`,
    task: { completion_gate: 'sleep 0.2' },
    ends: 'pr_merged',
    tells: ignored('.failed'),
  },
  failed: {
    script: `${WORK}; agentrelay-failed --reason 'the spec is wrong'; sleep 60`,
    ends: ['agent_failed', /^the spec is wrong$/],
    keepsCommits: true,
  },
  failed_mute: { script: "signal failed ''; sleep 60", ends: ['failed_without_message', /gave no reason/] },
  no_program: {
    script: '',
    command: ['no-such-agent', '{prompt}'],
    ends: ['program_not_found', /no program "no-such-agent"/],
  },
  too_slow: {
    script: `${WORK}; sleep 60`,
    task: { timeout: 1 },
    ends: ['timeout', /no signal within 1 s/],
    keepsCommits: true,
  },
  left_behind: { script: `sh -c 'trap "" HUP; exec sleep 61' & ${GOOD}; sleep 60`, ends: 'pr_merged' },
  noisy: {
    script: `head -c 5000000 /dev/urandom; printf '\\033]0;title\\007\\033[2J\\033c\\033P+q\\033\\\\'; ${GOOD}`,
    ends: 'pr_merged',
  },
  writes_on: {
    script: `${GOOD}; told task_gate_started; while :; do date >late.txt; sleep 0.01; done`,
    task: { completion_gate: 'sleep 0.2' },
    ends: 'pr_merged',
    keepsFile: 'late.txt',
  },
  gate_no: {
    script: `${WORK}; agentrelay-complete; while read -r prompt; do echo "$prompt" >>$AGENTRELAY_SIGNAL_DIR/prompts; commit again.txt "$prompt"; agentrelay-complete; done`,
    task: { completion_gate: 'echo red; exit 3', max_gate_attempts: 2 },
    ends: ['gate_failed', /exited 3 2 of 2 times; output: /],
    keepsCommits: true,
    tells: { kind: 'task_gate_failed', round: 1, of: 2, exit_code: 3 },
  },
  gate_no_agent: {
    script: `${WORK}; agentrelay-complete`,
    task: { completion_gate: 'sleep 0.2; exit 3' },
    ends: ['gate_failed', /exited 3 and the agent is gone/],
    keepsCommits: true,
  },
  gate_hangs: {
    script: `${GOOD}; sleep 60`,
    task: { completion_gate: 'sleep 62', timeout: 1, max_gate_attempts: 1 },
    ends: ['gate_failed', /was ended/],
    keepsCommits: true,
    tells: { kind: 'task_gate_failed', exit_code: null },
  },
  gate_litters: {
    script: `${GOOD}; sleep 60`,
    task: { completion_gate: 'echo x >litter.txt' },
    ends: 'pr_merged',
    keepsFile: 'litter.txt',
  },
  head_moved: {
    script: `${WORK}; agentrelay-complete; told task_gate_started; commit more.txt more; : >"$AGENTRELAY_SIGNAL_DIR/moved"; sleep 60`,
    task: {
      completion_gate: [
        'sh',
        '-c',
        'until ls ../../../.workflow/bad/runs/1/signals/head_moved/attempt-1/moved; do sleep 0.02; done',
      ],
    },
    ends: ['moved_under_gate', /moved away from/],
    keepsCommits: true,
  },
};

/** Three at work on the same line in one parallel lane, all cut from the same commit. */
const REDO = 'while read -r prompt; do echo "$prompt" >>$AGENTRELAY_SIGNAL_DIR/prompts';
const CLASHING: Record<string, string> = {
  first: 'commit shared.txt first; told task_launched second; told task_launched stubborn; agentrelay-complete',
  second: `commit shared.txt second; told task_succeeded first; agentrelay-complete
    ${REDO}; git merge -q agentrelay/bad/ws/clash || commit shared.txt both; agentrelay-complete; done`,
  stubborn: `commit shared.txt mine; told task_succeeded first; agentrelay-complete
    ${REDO}; commit more.txt "$(wc -l <$AGENTRELAY_SIGNAL_DIR/prompts)"; agentrelay-complete; done`,
};

const CODE_EVENTS = new Set<EventKind>(['task_failed', 'task_succeeded']);

let project: Project;
let finished: Finished;
let events: RunEvent[];
beforeAll(async () => {
  project = makeProject();
  const graph = project.graph({
    name: 'bad',
    max_concurrency: 4,
    workstreams: [
      ...Object.keys(CASES).map((id) => ({ id, auto_merge: id === 'healthy' })),
      { id: 'clash', parallel: true, auto_merge: true },
    ],
    tasks: [
      ...Object.entries(CASES).map(([id, { script, command, task }]) => ({
        id,
        workstream_id: id,
        primary_agent: { framework: 'command', command: command ?? project.agent(id, script) },
        ...task,
      })),
      ...Object.entries(CLASHING).map(([id, script]) => ({
        id,
        workstream_id: 'clash',
        primary_agent: { framework: 'command', command: project.agent(id, script) },
      })),
    ],
  });
  const live = project.start('run', graph, '-L', SOCKET, '--json');
  finished = await live.ended;
  events = project.journal('bad');
}, 90_000);
afterAll(() => project.remove());

function of<K extends EventKind>(kind: K, task: string): FactOf<K>[] {
  return events.filter((event) => event.kind === kind && 'task' in event && event.task === task) as never;
}

test('the run ends, says so by its exit code, and prints nothing but events', () => {
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 1, stderr: '' });
  expect(eventsIn(finished.stdout).at(-1)).toMatchObject({ kind: 'run_finished', outcome: 'completed_with_failures' });
});

describe('each task has its own end', () => {
  test.each(Object.entries(CASES))('%s', (id, { ends, tells, keepsCommits, keepsFile }) => {
    const last = events.filter((event) => CODE_EVENTS.has(event.kind) && 'task' in event && event.task === id);
    const end = typeof ends === 'string' ? { status: ends } : { code: ends[0], error: expect.stringMatching(ends[1]) };
    expect(last).toMatchObject([end]);
    if (tells !== undefined) expect(of(tells.kind, id)).toContainEqual(expect.objectContaining(tells));

    const base = events.find((event) => event.kind === 'workstream_active' && event.workstream === id);
    const integrated = project.git('rev-parse', `agentrelay/bad/ws/${id}`);
    expect(base).toMatchObject({ base_commit: expect.any(String) });
    expect(integrated !== (base as FactOf<'workstream_active'>).base_commit, 'something was merged').toBe(
      ends === 'pr_merged',
    );
    expect(project.git('for-each-ref', `refs/heads/agentrelay/bad/${id}`)).toBe('');

    const attempts = project.git('for-each-ref', '--format=%(refname)', `refs/agentrelay/attempts/1/${id}`);
    expect(attempts).toBe(keepsCommits ? `refs/agentrelay/attempts/1/${id}/1` : '');
    const saved = of('task_work_saved', id).filter(({ ref }) => ref.startsWith('refs/agentrelay/backup/'));
    const files = saved.flatMap(({ ref, commit }) => {
      expect(project.git('rev-parse', ref)).toBe(commit);
      return project.git('show', '--format=', '--name-only', ref).split('\n');
    });
    expect(files).toEqual(keepsFile === undefined ? [] : expect.arrayContaining([keepsFile]));
  });
});

test('no worktree is left as its last agent had it', () => {
  const lanes = readdirSync(join(project.repo, '.worktrees/bad'));
  for (const lane of lanes) {
    const git = (...args: string[]) => project.git('-C', join(project.repo, '.worktrees/bad', lane), ...args);
    expect(`${lane}: ${git('rev-parse', '--abbrev-ref', 'HEAD')} ${git('status', '--porcelain')}`).toBe(
      `${lane}: HEAD `,
    );
    expect(git('rev-parse', 'HEAD')).toBe(project.git('rev-parse', `agentrelay/bad/ws/${lane}`));
  }
  expect(lanes).toContain('no_worktree');
  expect(lanes).not.toContain('healthy');
});

test('nothing of an agent is left running, no pane, no branch of a task', () => {
  expect(project.tmux('list-panes', '-a')).toBeNull();
  const ours = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AGENTRELAY_SIGNAL_DIR=${project.repo}`);
    } catch {
      return false;
    }
  };
  const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && ours(name));
  expect(left.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))).toEqual([]);
  const branches = project.git('for-each-ref', '--format=%(refname:short)', 'refs/heads');
  expect(branches.split('\n').filter((branch) => !branch.startsWith('agentrelay/bad/ws/'))).toEqual(['main', 'mine']);
});

test('the healthy lane is merged, and nothing else is', () => {
  expect(readFileSync(join(project.repo, 'healthy.txt'), 'utf8')).toBe('done\n');
  expect(project.git('diff', '--name-only', 'main~1', 'main')).toBe('healthy.txt');
  expect(project.git('status', '--porcelain')).toBe('');
});

test('what was said to an agent whose gate failed names the file with the output', () => {
  const folder = join(project.repo, '.workflow/bad/runs/1/signals/gate_no/attempt-1');
  const prompts = readFileSync(join(folder, 'prompts'), 'utf8').trim().split('\n');
  expect(prompts).toEqual([expect.stringContaining(`${folder}/gate_last_output.txt`)]);
  expect(readFileSync(join(folder, 'gate_last_output.txt'), 'utf8')).toBe('red\n');
  expect(existsSync(join(folder, '.done.1'))).toBe(true);
});

test('the log of an agent that filled its terminal is text', () => {
  const log = readFileSync(join(project.repo, '.workflow/bad/runs/1/signals/noisy/attempt-1/agent.log'), 'utf8');
  expect(log).toContain('done: 1 commit');
  expect(log).not.toMatch(/[^\P{Cc}\n\t]/u);
});

test('an agent that deletes what its work would be merged into fails alone', async () => {
  const other = makeProject();
  try {
    const script = `${WORK}; git update-ref -d refs/heads/agentrelay/g/ws/one; signal done "$(here)"; sleep 60`;
    const graph = other.graph({
      name: 'g',
      workstreams: [{ id: 'one' }, { id: 'two' }],
      tasks: Object.entries({ one: script, two: GOOD }).map(([id, agent]) => ({
        id,
        workstream_id: id,
        primary_agent: { framework: 'command', command: other.agent(id, agent) },
      })),
    });
    expect((await other.run('run', graph, '-L', SOCKET)).code).toBe(1);
    const { tasks } = replay(other.journal('g'));
    const error = expect.stringContaining('agentrelay/g/ws/one');
    expect(tasks.get('one')?.attempts.at(-1)?.failure).toMatchObject({ code: 'branch_missing', error });
    expect(tasks.get('two')?.status).toBe('pr_merged');
  } finally {
    other.remove();
  }
});

describe('tasks that change the same line at the same time', () => {
  const folder = (task: string) => join(project.repo, `.workflow/bad/runs/1/signals/${task}/attempt-1`);
  const prompts = (task: string) =>
    readFileSync(join(folder(task), 'prompts'), 'utf8')
      .trim()
      .split('\n');

  test('the agent of the second is asked to resolve it, and does', () => {
    expect(of('task_merge_conflict', 'second')).toMatchObject([{ round: 1, of: 2, files: ['shared.txt'] }]);
    expect(of('task_sent_back', 'second')).toMatchObject([{ cause: 'conflict', result: 'submitted' }]);
    expect(prompts('second')).toEqual([expect.stringMatching(/no longer merges .*shared\.txt.*git merge agentrelay/)]);
    expect(of('task_succeeded', 'second')).toMatchObject([{ status: 'pr_merged' }]);
    expect(project.git('show', 'agentrelay/bad/ws/clash:shared.txt')).toBe('both');
  });

  test('one that never resolves it fails after two rounds, naming the files', () => {
    expect(of('task_merge_conflict', 'stubborn')).toMatchObject([{ round: 1 }, { round: 2 }, { round: 3 }]);
    expect(prompts('stubborn')).toHaveLength(2);
    const error = expect.stringMatching(/still conflicts in shared\.txt/);
    expect(of('task_failed', 'stubborn')).toMatchObject([{ code: 'merge_conflict', error }]);
    expect(project.git('show', 'refs/agentrelay/attempts/1/stubborn/1:shared.txt')).toBe('mine');
  });

  test('the worktrees of the tasks are gone, and the lane is not merged', () => {
    expect(readdirSync(join(project.repo, '.worktrees/bad')).filter((name) => name.startsWith('clash'))).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'workstream_failed', workstream: 'clash' }));
  });
});
