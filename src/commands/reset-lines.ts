import { relative } from 'node:path';
import type { PlannedWorktree, ResetPlan } from '../core/reset-plan.ts';
import type { ResetReason, ResetSubject } from '../core/reset-reach.ts';
import type { ResetRefusal } from '../core/reset-refusals.ts';
import type { RunState } from '../core/run-state.ts';
import { plural } from '../ui/format.ts';
import { commandText } from './shell-text.ts';
import { textTable } from './text-table.ts';

/** `task a`, as in "reset of task a". */
export function subjectText({ scope, subject }: ResetSubject): string {
  switch (scope) {
    case 'task':
      return `task ${subject}`;
    case 'workstream':
      return `lane ${subject}`;
    case 'after':
      return `all that came after task ${subject}`;
    case 'run':
      return 'the whole run';
  }
}

/** What a reset does, for people: tasks, refs, worktrees. */
export function planLines(plan: ResetPlan, state: RunState, root: string): string[] {
  const { tasks, workstreams } = plan;
  const counts = `${plural(tasks.length, 'task')} in ${plural(workstreams.length, 'lane')}`;
  return [
    `reset of ${subjectText(plan)}, graph ${state.graph}, run ${state.run}: ${counts}`,
    ...section(['task', 'lane', 'status', 'becomes', 'why'], taskRows(plan, state)),
    ...section(['lane', 'status', 'becomes', 'why'], laneRows(plan, state)),
    ...section(['branch', 'from', 'to'], refRows(plan.refs)),
    ...gitHubLines(plan.remote, [
      ...plan.prs.map((pr) => [pr, 'closed']),
      ...(plan.merged_prs ?? []).map((pr) => [pr, 'stays merged']),
    ]),
    ...section(
      ['worktree', 'now', 'becomes'],
      plan.worktrees.map((worktree) => worktreeRow(worktree, root)),
    ),
    '',
    `All that goes is kept under refs/agentrelay/backup/${state.run}/, and agentrelay undo brings it back.`,
  ];
}

/** A table below a blank line; nothing for no rows. */
export function section(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', ...textTable([head, ...rows])];
}

/** What a rollback does to branches on GitHub, and what becomes of pull requests. */
export function gitHubLines(
  remote: { readonly name: string; readonly refs: ResetPlan['refs'] } | undefined,
  prs: readonly (readonly string[])[],
): string[] {
  if (remote === undefined) return [];
  return [
    ...section([`branch of ${remote.name}`, 'from', 'to'], refRows(remote.refs)),
    ...section(['pull request', 'becomes'], prs),
  ];
}

function taskRows({ tasks, reasons }: ResetPlan, state: RunState): string[][] {
  return tasks.flatMap((id) => {
    const task = state.tasks.get(id);
    const reason = reasons[id];
    if (task === undefined || reason === undefined) return [];
    return [[id, task.outline.workstream, words(task.status), 'pending', reasonText(reason)]];
  });
}

function laneRows({ workstreams }: ResetPlan, state: RunState): string[][] {
  return workstreams.map(({ id, commit }) => {
    const status = words(state.workstreams.get(id)?.status ?? '');
    return [id, status, ...(commit === null ? ['pending', 'begins anew'] : ['active', `goes on at ${short(commit)}`])];
  });
}

export function refRows(refs: ResetPlan['refs']): string[][] {
  return refs.map(({ ref, from, to }) => [
    ref.replace('refs/heads/', ''),
    from === null ? 'not there' : short(from),
    to === null ? 'deleted' : short(to),
  ]);
}

function worktreeRow({ path, head, branch, to, dirty }: PlannedWorktree, root: string): string[] {
  const at = head === null ? 'no worktree any more' : branch === null ? `detached at ${short(head)}` : `on ${branch}`;
  return [
    relative(root, path),
    dirty ? `${at}, with uncommitted work` : at,
    to === null ? 'removed; what git ignores in it, such as node_modules, is not kept' : `detached at ${short(to)}`,
  ];
}

function reasonText(reason: ResetReason): string {
  switch (reason.kind) {
    case 'named':
      return 'named';
    case 'in_run':
      return 'all of the run';
    case 'later':
      return 'finished later';
    case 'not_finished':
      return 'not finished';
    case 'in_lane':
      return `in lane ${reason.workstream}`;
    case 'waits_for_lane':
      return `waits for lane ${reason.workstream}`;
    case 'blocked_by_lane':
      return `blocked by lane ${reason.workstream}`;
    case 'depends_on':
      return `depends on ${reason.task}`;
    case 'merged_after':
      return `merged after ${reason.task}`;
    case 'cut_after':
      return `begun on the work of ${reason.task}`;
  }
}

/** Why a reset is not done, and what to do. */
export function refusalText(refusal: ResetRefusal, state: RunState): { message: string; hint: string } {
  switch (refusal.kind) {
    case 'running': {
      const [first = ''] = refusal.tasks;
      const verb = refusal.tasks.length === 1 ? 'is' : 'are';
      return {
        message: `${refusal.tasks.join(', ')} ${verb} still running`,
        hint: `agentrelay cancel ${first} -G ${state.graph} calls it off; agentrelay run GRAPH, as it was started before, goes on with it`,
      };
    }
    case 'merged': {
      const { reverts, target } = refusal;
      const message = `lane ${refusal.workstream} is merged into ${target}, which is never rewritten`;
      if (reverts.length === 0) return { message, hint: `git revert takes its commits out of ${target}` };
      return { message, hint: [...reverts, `then agentrelay run GRAPH --new-run does it anew`].join('\n    ') };
    }
    case 'foreign_commits': {
      const { branch, commits, remote } = refusal;
      const named = commits.slice(-5).map(({ commit, subject }) => `\n    ${short(commit)} ${subject}`);
      const last = commits.at(-1)?.commit ?? '';
      const more = commits.length > 5 ? `\n    and ${commits.length - 5} more` : '';
      const message = `${whose(branch, remote)} holds ${plural(commits.length, 'commit')} that no task of this run has made:${named.join('')}${more}`;
      if (remote !== undefined) return { message, hint: pushBack({ remote, branch, keep: last, to: 'COMMIT' }) };
      return {
        message,
        hint: `git branch keep-${short(last)} ${last} keeps them; git update-ref refs/heads/${branch} COMMIT sets the branch back to the last commit that is the run's`,
      };
    }
    case 'branch_moved': {
      const { branch, task, commit, remote } = refusal;
      return {
        message: `${whose(branch, remote)} does not hold the merge of task ${task} any more, ${short(commit)}: somebody moved it`,
        hint:
          remote === undefined
            ? `git update-ref refs/heads/${branch} ${commit} puts it back`
            : `git push --force-with-lease ${remote} ${commit}:refs/heads/${branch} puts it back`,
      };
    }
    case 'pushed_by_others': {
      const { branch, commit, remote } = refusal;
      return {
        message: `${whose(branch, remote)} is at ${short(commit)}, which no attempt of its task has pushed`,
        hint: `git branch keep-${short(commit)} ${commit} keeps that; git push ${remote} --delete ${branch} lets it go on`,
      };
    }
    case 'checked_out':
      return {
        message: `branch ${refusal.branch} is checked out in ${refusal.path}`,
        hint: commandText(['git', '-C', refusal.path, 'checkout', '--detach']),
      };
    case 'repository_inside':
      return {
        message: `${refusal.path} holds a repository of its own: ${refusal.names.join(', ')}`,
        hint: 'move it away: git cannot keep what is in it',
      };
  }
}

function whose(branch: string, remote: string | undefined): string {
  return remote === undefined ? branch : `${branch} of ${remote}`;
}

function pushBack({ remote, branch, keep, to }: { remote: string; branch: string; keep: string; to: string }): string {
  return (
    `git branch keep-${short(keep)} ${keep} keeps them; git push --force-with-lease=${branch}:${keep} ${remote} ` +
    `${to}:refs/heads/${branch} sets the branch back to the last commit that is the run's`
  );
}

function words(status: string): string {
  return status === 'pr_merged' ? 'merged' : status.replaceAll('_', ' ');
}

function short(commit: string): string {
  return commit.slice(0, 8);
}
