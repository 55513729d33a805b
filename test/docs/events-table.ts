import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isAsking, LIVE_ATTENTIONS, type LiveAttention } from '../../src/core/attention.ts';
import type { EventKind } from '../../src/core/events.ts';

/** What each kind of event tells. A kind that is missing here, or is none any more, does not compile. */
const MEANINGS: Readonly<Record<EventKind, string>> = {
  run_started: 'The first event: what the run is made of.',
  run_resumed: 'Another process goes on with the run.',
  run_stopping: 'Nothing more is started; `running` still are.',
  run_finished: 'The last event, unless the run goes on later. `waiting_for`: lanes that a person must merge.',
  run_paused: 'A person wants nothing more to be started.',
  run_unpaused: 'Tasks are started again.',
  graph_changed:
    'The graph file was edited between two owners. `added`, `removed` and `changed` are unfinished tasks that follow it; ' +
    '`stale` ones are finished and kept, though their definition is another one now.',
  run_reset:
    'A rollback is decided: all that it moves and removes, and the refs that keep what goes. `prs` are closed; `remote`: ' +
    'branches on GitHub.',
  reset_applied: 'Refs and worktrees are what the rollback says.',
  reset_undone: 'A person takes the rollback back.',
  undo_applied:
    'Refs and worktrees are again what they were before it. `closed_prs`: those that GitHub did not reopen.',
  merge_queue_changed: 'Who merges into the branch, the one at it first; empty when nobody waits any more.',
  api_budget:
    "What was spent at GitHub's API by this owner, and what is left until `reset_at`; `interval` in milliseconds.",
  api_limited: 'GitHub refuses requests; none is sent before `until`.',
  api_unreachable: 'GitHub cannot be asked; what is known of pull requests is as old as that. It is tried again.',
  api_reachable: 'It answers again.',
  request_applied: 'A file of `commands/` was done; `request` is its number.',
  request_refused: 'A file of `commands/` was not done; `code` is stable, `message` is for people.',
  task_started: 'An attempt begins. Of its token only the SHA-256 is here.',
  task_prepared: 'Branch, worktree and signal directory (absolute paths) are there.',
  task_base_merged: "The lane's base had moved on; its integration branch took it in before the task was cut from it.",
  task_launched: 'The agent runs; `agent` is its address, such as `agentrelay:%7` (tmux session and pane).',
  task_adopted:
    'A new owner goes on with the attempt from `step`. Its agent is `alive`, has `ended` while nobody looked, is `lost`, ' +
    'or was `not_launched`.',
  budget_reached:
    'So much of a budget is gone, of a task (all its attempts since a person last asked for one; their `seconds` each for ' +
    'itself) or of the run: at 80 percent a warning, at 100 it stops.',
  task_waiting: 'The agent has its prompt; `seen_by` is what showed that: `process`, `hook`, `transcript` or `screen`.',
  task_dialog_answered: 'A dialog of its program was answered without a person.',
  task_session: "The program's own name of its session, and where its transcript is.",
  task_nudged: 'The agent had ended its turn without a signal, and was told, once, what is `missing`.',
  task_parked: 'It may do nothing before `until`; its slot is for others meanwhile. Uses up no attempt.',
  task_unparked:
    'It goes on, in its own session: its time has come, it has signalled, or its `agent` was seen to go on before.',
  task_usage:
    'All that the attempt has used up to now, as far as its program tells; `cost_usd` is null where it does not.',
  task_place_changed:
    'What is known of the place of its agent: `queued` by a cluster, `running`, or `unreachable`; `reason` is the ' +
    "engine's own word. `agent`: where it is found, where that is known only now.",
  task_command_started: 'A command of `setup`, `verify` or `cleanup` runs.',
  task_command_ended: '`exit_code` is null when a time limit or a signal ended it. `output`: file.',
  task_signalled: "The agent said that it is done or has failed. `commit` is the branch's then.",
  task_signal_ignored: "A signal with another attempt's token, or after the one that counted.",
  task_gate_started: 'The completion gate runs.',
  task_gate_passed: 'It succeeded on this commit.',
  task_gate_failed: 'It did not; `exit_code` is null when a time limit or a signal ended it. `output`: file.',
  task_pr_created: 'The branch is handed over. With the local forge `pr` is `local:<branch>@<commit>`.',
  task_merge_queued: 'Others merge into the same branch first.',
  task_pr_merging: 'The merge begins.',
  task_pr_proof:
    'What is known of one proof of the pull request, whenever that changes. `holds` is null while it is not known yet.',
  task_checks_failed: 'Required checks are red; the agent is told, `of` times at most.',
  task_branch_updated: 'The target asks for branches that are up to date: this one took it in, and is proved anew.',
  task_merge_conflict: 'The branch no longer merges; `files` conflict.',
  task_sent_back: 'The agent was told of the failed gate, the conflict or the red checks; `gone` when nobody is there.',
  task_prompted: 'A person wrote to the agent.',
  task_succeeded: 'Merged (`commit` is the merge), or completed without anything to merge.',
  task_failed: '`code` is stable, `error` is for people; `failure_class` is null when the agent itself said so.',
  task_cancelled: 'The attempt, or a task that had not begun, was called off.',
  task_concerned: 'A concern of the agent, its trouble with tools (`ops`), or trouble in the teardown.',
  task_work_saved: 'Work that was not merged is kept under this ref.',
  task_torn_down: 'Pane, worktree and branch are given back.',
  task_teardown_undone: 'A person has it back: the branch at its last commit and, where it was its own, the worktree.',
  task_retrying: 'The task is tried again; `attempt` is the one that failed. `change`: what a person asked for.',
  task_blocked: 'It can never run, because of the task or lane at the root.',
  task_unblocked: 'The task at the root is tried again.',
  agent_working: 'The agent, or a hook of it, says that it is at work.',
  agent_idle: 'It has ended its turn, without a signal.',
  agent_waiting_permission:
    'It asks to be allowed something; `agentrelay answer` types one of the `choices`, or a text.',
  agent_waiting_input: 'It asks something.',
  agent_trust_prompt: 'It asks whether it may trust the folder.',
  agent_login_required: 'It needs somebody to log in.',
  agent_usage_limited: 'It may do nothing before `until`.',
  agent_stalled: 'It has shown nothing for long.',
  agent_exited: 'The agent ended without a signal; `exit_code` is null when it left none.',
  agent_unknown: 'What is known of it contradicts itself (`evidence`), and nobody guesses.',
  workstream_active: "The lane's integration branch is cut from its base.",
  workstream_merge_ready: 'All tasks of the lane have succeeded.',
  workstream_pr_created: 'The integration branch is ready to be merged into its target.',
  workstream_pr_proof: 'The same for the integration pull request.',
  workstream_concerned: 'Trouble that changed nothing, such as a worktree that could not be removed.',
  workstream_held: 'A person must merge it; `merge_command` does.',
  workstream_merged: 'It is merged, or there was nothing to merge.',
  workstream_reopened: 'One of its tasks is tried again.',
  workstream_failed: 'The lane cannot be merged; `root` is the task or lane that is to blame.',
};

const SHARED: Readonly<Record<string, readonly string[]>> = {
  OfTask: ['task', 'attempt'],
  OfAgent: ['task', 'attempt', 'question', 'choices', 'until'],
  OfWorkstream: ['workstream'],
  OfRequest: ['request', 'action', 'task'],
  GraphChange: ['added', 'removed', 'changed', 'stale'],
  Proof: ['proof', 'holds', 'expected', 'found', 'checks'],
  UsageTold: ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens', 'cost_usd', 'model'],
  BudgetReached: ['scope', 'task', 'budget', 'percent', 'spent', 'limit'],
  ApiBudget: ['requests', 'spent', 'limit', 'remaining', 'reset_at', 'interval'],
  Reset: ['reset', 'scope', 'subject', 'tasks', 'workstreams', 'refs', 'worktrees', 'backups', 'prs', 'remote'],
};

/** A table of every event kind with its fields, as `src/core/events.ts` declares them. */
export function eventsTable(): string {
  const fields = declaredFields();
  const rows = Object.entries(MEANINGS).map(([kind, meaning]) => {
    const own = fields.get(kind);
    if (own === undefined) throw new Error(`${kind} is not found in events.ts`);
    return `| \`${kind}\` | ${own.map((field) => `\`${field}\``).join(' ')} | ${meaning} |`;
  });
  return ['| kind | fields | what it tells |', '|---|---|---|', ...rows].join('\n');
}

function declaredFields(): Map<string, readonly string[]> {
  const source = ['agent-events.ts', 'events.ts']
    .map((name) => readFileSync(resolve(import.meta.dirname, '../../src/core', name), 'utf8'))
    .join('\n');
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace('${LiveAttention}', '$');
  const fields = new Map<string, readonly string[]>();
  for (const [, shared = '', body = ''] of code.matchAll(/\| (?:\(((?:\w+ & )+))?\{([^{}]*)\}/g)) {
    const [, kind] = /readonly kind: ['`]([\w$]+)['`]/.exec(body) ?? [];
    if (kind === undefined) continue;
    const own = [...body.matchAll(/readonly (\w+)\??:/g)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'kind');
    const all = [...shared.split(' & ').flatMap((name) => SHARED[name] ?? []), ...own];
    if (!kind.includes('$')) fields.set(kind, all);
    else for (const attention of LIVE_ATTENTIONS) fields.set(`agent_${attention}`, all.filter(isOf(attention)));
  }
  return fields;
}

function isOf(attention: LiveAttention): (field: string) => boolean {
  return (field) => {
    if (field === 'question' || field === 'choices') return isAsking(attention);
    return field !== 'until' || attention === 'usage_limited';
  };
}
