/** Every name that becomes a branch, a path or a tmux argument is made here, from ids that `ID_PATTERN` admits. */

export const ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** Why `id` cannot be a graph, workstream or task id; null when it can. */
export function idProblem(id: string): string | null {
  if (!ID_PATTERN.test(id)) {
    return 'an id is 1 to 64 of A-Z a-z 0-9 _ . - and starts with a letter, a digit or _';
  }
  if (id.includes('..')) return "an id cannot contain '..'";
  if (id.includes('--')) return "an id cannot contain '--'";
  if (id.endsWith('.')) return "an id cannot end with '.'";
  if (id.toLowerCase().endsWith('.lock')) return "an id cannot end with '.lock'";
  return null;
}

/** An id as near to the text as can be; null where nothing of it is left. */
export function idLike(text: string): string | null {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const id = plain
    .replace(/[^A-Za-z0-9_.]+/g, '-')
    .replace(/[-.]*\.[-.]*/g, '.')
    .replace(/^[-.]+/, '')
    .slice(0, 64)
    .replace(/(?:\.lock|[-.])+$/i, '');
  return idProblem(id) === null ? id : null;
}

/** Git refuses a branch whose name is a folder of another, so nobody may own this one. */
export const BRANCH_ROOT = 'agentrelay';

export function taskBranch(graph: string, task: string): string {
  return `${BRANCH_ROOT}/${graph}/${task}`;
}

export function integrationBranch(graph: string, workstream: string): string {
  return `${BRANCH_ROOT}/${graph}/ws/${workstream}`;
}

/** Paths are relative to the target repository. */
export function workstreamWorktree(graph: string, workstream: string): string {
  return `.worktrees/${graph}/${workstream}`;
}

export function taskWorktree(graph: string, workstream: string, task: string): string {
  return `.worktrees/${graph}/${workstream}--${task}`;
}

/** Of an attempt whose agent may go on somewhere when it is lost: no other shares it. */
export function attemptWorktree(graph: string, workstream: string, task: string, attempt: number): string {
  return `${taskWorktree(graph, workstream, task)}--${attempt}`;
}

export function graphDirectory(graph: string): string {
  return `.workflow/${graph}`;
}

export function runDirectory(graph: string, run: number): string {
  return `${graphDirectory(graph)}/runs/${run}`;
}

/** Relative to the run directory. */
export function attemptDirectory(task: string, attempt: number): string {
  return `signals/${task}/attempt-${attempt}`;
}

export function attemptRef(run: number, task: string, attempt: number): string {
  return `refs/agentrelay/attempts/${run}/${task}/${attempt}`;
}

export function backupRef(run: number, n: number): string {
  return `refs/agentrelay/backup/${run}/${n}`;
}

/** The payload of a `.done` on the local forge, where no pull request has a URL. */
export function localPullRequest(branch: string, commit: string): string {
  return `local:${branch}@${commit}`;
}

/** The payload that says "done, and there is nothing to merge". */
export const NO_PR = 'NO_PR';
