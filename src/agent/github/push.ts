import type { Attempt } from '../attempt.ts';
import { Refusal } from '../refusal.ts';
import { cutTo, foldLines } from '../text.ts';
import { lastPush, notePushBegun, notePushed, ownPushes } from './push-notes.ts';
import { type RemoteCommands, wordsOf } from './remote.ts';
import { isUpdateOf } from './updated-branch.ts';

type Pushing = Pick<Attempt, 'signalDir' | 'attempt' | 'branch' | 'integrationBranch'>;

/** Others of this task may push at the same moment. */
const MAX_ROUNDS = 5;
/** Milliseconds, spread by half of it either way. */
const PAUSE = 500;

export interface Pushed {
  /** Whether the remote had no such branch before, and so no open pull request of it. */
  readonly isNew: boolean;
}

/**
 * Puts `commit` on the task's own branch of the remote, over nothing but what this task has put there itself; can be
 * run again after a crash. Throws `Refusal`.
 */
export async function pushBranch(attempt: Pushing, commit: string, git: RemoteCommands): Promise<Pushed> {
  let expected = lastPush(attempt);
  notePushBegun(attempt, commit);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await pushOnce(attempt.branch, commit, expected, git);
    if (outcome !== 'stale') {
      notePushed(attempt, commit);
      return { isNew: outcome === 'created' };
    }
    if (round > 0) await git.pause(PAUSE);
    const tips = await tipsOf([attempt.branch, attempt.integrationBranch], git);
    const tip = tips.get(attempt.branch) ?? null;
    if (tip !== null && tip !== commit) await requireOwn(attempt, { commit, tip, base: tips }, git);
    expected = tip;
  }
  throw new Refusal(
    1,
    `nothing was signalled: '${attempt.branch}' could not be pushed to '${git.remote}' in ${MAX_ROUNDS} tries: it moved ` +
      'each time, or the line failed. Run agentrelay-complete again.',
  );
}

/** `current`: it was there already. `stale`: the remote branch is not what was expected, or nobody knows what it is. */
type Outcome = 'created' | 'moved' | 'current' | 'stale';

async function pushOnce(
  branch: string,
  commit: string,
  expected: string | null,
  git: RemoteCommands,
): Promise<Outcome> {
  const lease = `--force-with-lease=refs/heads/${branch}:${expected ?? ''}`;
  // Its hooks run, as at anybody's push: without that of LFS the files behind the commits would be missing.
  const args = ['push', '--porcelain', '--no-follow-tags', lease, git.remote, `${commit}:refs/heads/${branch}`];
  const { exitCode, stdout, stderr } = await git.talk(args);
  const { flag, note } = statusIn(stdout, branch);
  // Sent, with the answer lost: only a look at the remote tells whether it was done.
  const isLost = exitCode !== 0 && flag !== '' && flag !== '!';
  if (isLost || (flag === '!' && STALE.test(note))) return 'stale';
  if (exitCode !== 0) throw note === '' ? refusedHere(stdout, stderr) : refusedThere(branch, `${note}\n${stderr}`, git);
  if (flag === '=') return 'current';
  return flag === '*' ? 'created' : 'moved';
}

const STALE =
  /stale info|fetch first|non-fast-forward|remote ref updated|cannot lock ref|failed to update ref|reference already exists|failed to report status|internal server error/i;

/** The line of `git push --porcelain` for the branch: a flag, the refs and a note, with tabs between them. */
function statusIn(output: string, branch: string): { flag: string; note: string } {
  // Hooks print between the lines.
  const line = output.split('\n').findLast((one) => /^[ +*=!-]\t/.test(one) && one.includes(`:refs/heads/${branch}\t`));
  return { flag: line?.[0] ?? '', note: line?.split('\t')[2] ?? '' };
}

/** Git prints no line for the branch where it did not come to send anything. */
function refusedHere(stdout: string, stderr: string): Refusal {
  const ofHooks = stdout.split('\n').filter((line) => !/^(To |Done$)/.test(line));
  return new Refusal(
    1,
    'nothing was signalled: git did not push, because a hook of this repository or git itself refused:\n' +
      `${wordsOf([...ofHooks, stderr].join('\n'))}\nMend what it objects to, commit, and run agentrelay-complete ` +
      'again. If that is not in your hands, run agentrelay-failed with this message. Do not switch hooks off.',
  );
}

function refusedThere(branch: string, words: string, { remote }: RemoteCommands): Refusal {
  return new Refusal(
    1,
    `nothing was signalled: '${remote}' refused the push to '${branch}':\n${wordsOf(words)}\n` +
      'If it objects to what your commits hold, mend them and run agentrelay-complete again. If it is about a ' +
      'permission or a protected branch, run agentrelay-failed with this message.',
  );
}

/** Commits of the remote's branches by name, as far as they are there. */
async function tipsOf(branches: readonly string[], git: RemoteCommands): Promise<Map<string, string>> {
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const { stdout } = await git.talk(['ls-remote', git.remote, ...refs]);
  const tips = stdout.split('\n').map((line) => line.split('\t') as [string, string | undefined]);
  // A pattern also finds refs that only end so.
  return new Map(
    tips.flatMap(([commit, ref = '']) => (refs.includes(ref) ? [[ref.slice('refs/heads/'.length), commit]] : [])),
  );
}

interface Found {
  readonly commit: string;
  /** What the remote branch is at instead. */
  readonly tip: string;
  readonly base: ReadonlyMap<string, string>;
}

/** Throws `Refusal` (1) when the remote branch holds somebody else's work, which a push would take away. */
async function requireOwn(attempt: Pushing, { commit, tip, base }: Found, git: RemoteCommands): Promise<void> {
  const pushes = ownPushes(attempt);
  const isOwn = async (one: string) => pushes.has(one) || (await isIn(one, commit, git)) || (await isKept(one, git));
  if (await isOwn(tip)) return;
  const integrationTip = base.get(attempt.integrationBranch) ?? null;
  const isHere = await bring([attempt.branch, ...(integrationTip === null ? [] : [attempt.integrationBranch])], git);
  if (isHere && integrationTip !== null && (await isUpdateOf({ tip, base: integrationTip, isOwn }, git))) return;
  throw await foreign(attempt, tip, git);
}

/** Whether `commit` has all of `one`. */
async function isIn(one: string, commit: string, git: RemoteCommands): Promise<boolean> {
  return (await git.look('merge-base', '--is-ancestor', one, commit)).exitCode === 0;
}

/** Work of earlier attempts and runs: under these refs none of it is lost. */
async function isKept(one: string, git: RemoteCommands): Promise<boolean> {
  const { exitCode, stdout } = await git.look('for-each-ref', '--count=1', `--contains=${one}`, 'refs/agentrelay/');
  return exitCode === 0 && stdout !== '';
}

/** Brings the objects here, and moves no ref. */
async function bring(branches: readonly string[], git: RemoteCommands): Promise<boolean> {
  const quietly = ['-q', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  return (await git.talk(['fetch', ...quietly, '--refmap=', git.remote, ...refs])).exitCode === 0;
}

async function foreign({ branch }: Pushing, tip: string, git: RemoteCommands): Promise<Refusal> {
  const { exitCode, stdout } = await git.look('log', '-1', '--no-show-signature', '--format=%an: %s', tip, '--');
  const words = exitCode === 0 ? ` (${cutTo(foldLines(stdout), 200)})` : '';
  return new Refusal(
    1,
    `nothing was signalled: branch '${branch}' of '${git.remote}' holds a commit that is not of this task: ` +
      `${tip}${words}. Nothing is pushed over somebody else's work. Take it in with:\n` +
      `  git fetch ${git.remote} ${branch}\n  git merge ${tip}\n` +
      'Look at what it does, resolve conflicts, commit, and run agentrelay-complete again.',
  );
}
