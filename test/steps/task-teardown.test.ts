import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AttemptWatch } from '../../src/steps/attempt-watch.ts';
import { RunSecrets } from '../../src/steps/credentials/run-secrets.ts';
import { LocalBranches } from '../../src/steps/forges/forge-branches.ts';
import type { AttemptWatches } from '../../src/steps/task-completion-checker.ts';
import { WorktreeTaskTeardown } from '../../src/steps/task-teardown.ts';
import { WorktreeHolders } from '../../src/steps/worktree-holders.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';
import { SaidMonitor } from '../support/monitored.ts';
import { PLAIN_COMMANDS } from '../support/plain-commands.ts';

const BRANCH = 'agentrelay/graph/task';
const INTO = 'agentrelay/graph/ws/default';
const KEPT = 'refs/agentrelay/attempts/1/task/1';

function ready(options: { shared?: boolean } = {}) {
  const repository = new GitRepository();
  repository.run('branch', INTO);
  const path = repository.worktree(BRANCH);
  const attempt = makeAttempt(repository.folder);
  const { runtime } = attempt;
  Object.assign(runtime.state, {
    worktreePath: path,
    workstreamWorktreePath: options.shared === false ? null : path,
    branchName: BRANCH,
    integrationBranch: INTO,
    baseCommit: repository.commit('main'),
  });
  const holders = new WorktreeHolders(repository.worktrees);
  holders.hold(path, runtime);
  const watches: AttemptWatches = new Map([[runtime, new AttemptWatch(runtime)]]);
  const { git, worktrees } = repository;
  const branches = new LocalBranches(git);
  const teardown = new WorktreeTaskTeardown({
    credentials: new RunSecrets(null),
    git,
    worktrees,
    holders,
    branches,
    watches,
    keepPanes: false,
    commands: PLAIN_COMMANDS,
  });
  const commit = (name: string) => {
    repository.write(name, name, path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', name);
    return repository.commit(BRANCH);
  };
  runtime.start();
  const merge = (merged: string) => {
    runtime.state.commit = merged;
    runtime.pullRequestCreated('local');
    runtime.succeed('pr_merged', merged);
  };
  return { ...attempt, repository, path, teardown, commit, merge, watches };
}

const fail = { code: 'x', error: 'x', failureClass: null };

describe('teardown', () => {
  test('after a merge stops the agent, gives the worktree back and deletes the branch', async () => {
    const { teardown, runtime, repository, path, agent, commit, merge, watches } = ready();
    merge(commit('work'));
    await teardown.teardown(runtime);
    expect(agent.torn).toBe(1);
    expect(watches.size).toBe(0);
    expect(repository.refs('refs/heads')).toEqual([`refs/heads/${INTO}`, 'refs/heads/main']);
    expect(repository.refs('refs/agentrelay')).toEqual([]);
    expect(await repository.worktrees.status(path)).toEqual({
      head: repository.commit(INTO),
      branch: null,
      dirty: [],
    });
    await teardown.teardown(runtime);
  });

  test('what a program tells of its use as it is stopped is told, too', async () => {
    const { teardown, runtime, agent, facts, commit, merge, watches } = ready();
    const monitor = new SaidMonitor();
    const usage = { input_tokens: 5, output_tokens: 7, cache_read_tokens: 0, cache_write_tokens: 0 };
    const stop = async () => monitor.say({ usage: { ...usage, cost_usd: 0.25, model: null } });
    Object.assign(agent, { monitor, address: { label: 'scripted', teardown: stop } });
    watches.get(runtime)?.close();
    watches.set(runtime, new AttemptWatch(runtime));
    merge(commit('work'));
    await teardown.teardown(runtime);
    expect(facts.filter(({ kind }) => kind === 'task_usage')).toMatchObject([{ ...usage, cost_usd: 0.25 }]);
    expect(monitor.isClosed).toBe(true);
  });

  test('after a failure keeps commits and uncommitted work, and tells of both', async () => {
    const { teardown, runtime, repository, path, facts, commit } = ready();
    const tip = commit('work');
    repository.write('draft', 'draft', path);
    runtime.fail(fail);
    await teardown.teardown(runtime);
    expect(repository.commit(KEPT)).toBe(tip);
    expect(repository.tree('refs/agentrelay/backup/1/1')).toHaveProperty('draft');
    const saved = facts.filter(({ kind }) => kind === 'task_work_saved');
    expect(saved).toMatchObject([{ ref: 'refs/agentrelay/backup/1/1' }, { ref: KEPT, commit: tip }]);
    expect(repository.refs(`refs/heads/${BRANCH}`)).toEqual([]);
  });

  test('keeps what the agent committed after the commit that was merged', async () => {
    const { teardown, runtime, repository, commit, merge } = ready();
    merge(commit('work'));
    const late = commit('an afterthought');
    await teardown.teardown(runtime);
    expect(repository.commit(KEPT)).toBe(late);
  });

  test('never takes the place of what another graph kept under the name', async () => {
    const { teardown, runtime, repository, commit } = ready();
    repository.run('update-ref', KEPT, repository.commitFiles(null, { other: 'graph' }));
    const tip = commit('work');
    runtime.fail(fail);
    await teardown.teardown(runtime);
    expect(repository.commit(`${KEPT}-2`)).toBe(tip);
  });

  test('keeps nothing of a branch that has nothing', async () => {
    const { teardown, runtime, repository } = ready();
    runtime.fail(fail);
    await teardown.teardown(runtime);
    expect(repository.refs('refs/agentrelay')).toEqual([]);
    expect(repository.refs(`refs/heads/${BRANCH}`)).toEqual([]);
  });

  test('removes the worktree that was the task’s own', async () => {
    const { teardown, runtime, repository, path, commit } = ready({ shared: false });
    const tip = commit('work');
    repository.write('draft', 'draft', path);
    runtime.fail(fail);
    await teardown.teardown(runtime);
    expect(existsSync(path)).toBe(false);
    expect(repository.commit(KEPT)).toBe(tip);
    expect(repository.tree('refs/agentrelay/backup/1/1')).toHaveProperty('draft');
    await teardown.teardown(runtime);
  });

  test('leaves everything to an agent that cannot be stopped', async () => {
    const { teardown, runtime, repository, agent, path } = ready();
    agent.address.teardown = () => Promise.reject(new Error('still there'));
    repository.write('draft', 'draft', path);
    runtime.fail(fail);
    await expect(teardown.teardown(runtime)).rejects.toThrow('still there');
    expect(existsSync(join(path, 'draft'))).toBe(true);
    expect(repository.refs(`refs/heads/${BRANCH}`)).not.toEqual([]);
  });

  test('of an attempt that never got anywhere does nothing', async () => {
    const { teardown, runtime } = ready();
    Object.assign(runtime.state, { worktreePath: null, branchName: null, signalDir: null });
    await teardown.teardown(runtime);
  });
});
