import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RunState } from '../../../src/core/run-state.ts';
import type { SweepPlace } from './place.ts';

/** What a run leaves behind, in words that are the same for two runs that went the same way. */
export interface World {
  readonly outcome: string;
  /** By task. */
  readonly statuses: Record<string, string>;
  /** By task: how each attempt ended. */
  readonly attempts: Record<string, readonly string[]>;
  readonly lanes: Record<string, string>;
  readonly branches: readonly string[];
  /** By branch that stays: what its files are. */
  readonly trees: Record<string, string>;
  /** By branch that stays: what was merged into it, task by task and lane by lane. */
  readonly merges: Record<string, readonly string[]>;
  /** By branch that stays: the commits of agents that are in it. */
  readonly commits: Record<string, readonly string[]>;
  readonly worktrees: readonly string[];
  /** The main checkout: its branch, and what differs from it. */
  readonly checkout: string;
  /** `task attempt` for every start of an agent. */
  readonly launches: readonly string[];
  /** Refs of our own that keep what no branch holds. */
  readonly kept: readonly string[];
}

export function readWorld(place: SweepPlace, state: RunState): World {
  const branches = refs(place, 'refs/heads');
  const lasting = branches.filter((name) => name === 'main' || name.includes('/ws/'));
  const ofEach = <T>(read: (branch: string) => T) => Object.fromEntries(lasting.map((name) => [name, read(name)]));
  const tasks = [...state.tasks.values()].toSorted((a, b) => a.outline.id.localeCompare(b.outline.id));
  return {
    outcome: String(state.outcome),
    statuses: Object.fromEntries(tasks.map((task) => [task.outline.id, task.status])),
    attempts: Object.fromEntries(
      tasks.map(({ outline, attempts }) => [
        outline.id,
        attempts.map(({ status, failure }) => (failure === null ? status : `${status} ${failure.code}`)),
      ]),
    ),
    lanes: Object.fromEntries(
      [...state.workstreams.values()].map(({ outline, status, held, mergedBy }) => [
        outline.id,
        [status, held, mergedBy].filter((word) => word !== null).join(' '),
      ]),
    ),
    branches,
    trees: ofEach((name) => place.git('rev-parse', `${name}^{tree}`)),
    merges: ofEach((name) =>
      subjects(place, '--first-parent', name).filter((line) => /^Merge (task|workstream) /.test(line)),
    ),
    commits: ofEach((name) => subjects(place, '--no-merges', name)),
    worktrees: worktrees(place),
    checkout: place
      .git('status', '--branch', '--porcelain=v2', '--ignored=no', '--untracked-files=all')
      .split('\n')
      .filter((line) => !line.startsWith('# branch.oid'))
      .join('; '),
    launches: place
      .launches()
      .map(([task, attempt]) => `${task} ${attempt}`)
      .toSorted(),
    kept: refs(place, 'refs/agentrelay').toSorted(),
  };
}

function refs(place: SweepPlace, root: string): string[] {
  const listed = place.git('for-each-ref', '--format=%(refname)', root);
  return listed === '' ? [] : listed.split('\n').map((ref) => ref.replace('refs/heads/', ''));
}

function subjects(place: SweepPlace, ...args: string[]): string[] {
  return place
    .git('log', '--format=%s', ...args)
    .split('\n')
    .toSorted();
}

/** Those that git knows, those that have a record, and the folders that are there. */
function worktrees(place: SweepPlace): string[] {
  const known = place
    .git('worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .map((line) => relative(place.directory, line.slice('worktree '.length)));
  const records = list(join(place.repository, '.git/worktrees')).map((name) => `record of ${name}`);
  const folders = list(join(place.repository, '.worktrees/shop')).map((name) => `folder ${name}`);
  return [...known, ...records, ...folders].toSorted();
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
