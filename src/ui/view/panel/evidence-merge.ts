import { isSuccess } from '../../../core/lifecycle.ts';
import { NO_PR } from '../../../core/names.ts';
import type { AttemptState } from '../../../core/run-state.ts';
import { shortCommit } from '../../format.ts';
import type { View } from '../view.ts';
import { proofRow } from './proof.ts';
import type { FactRow } from './rows.ts';

const LOCAL = /^local:(.*)@([0-9a-f]{7,64})$/;

/** What became of the work: handed over or a pull request, its head, its checks, its merge. */
export function mergeFacts(attempt: AttemptState, { glyphs }: View): FactRow[] {
  const { pr, status, commit } = attempt;
  if (pr === NO_PR) return [proofRow('merge', 'proved', 'there was nothing to merge', glyphs)];
  if (pr === null) return [proofRow('merge', 'unknown', 'not handed over yet', glyphs)];
  const merge =
    status === 'pr_merged' && commit !== null
      ? proofRow('merge', 'proved', `merged as ${shortCommit(commit)}`, glyphs)
      : proofRow(
          'merge',
          status === 'failed' ? 'refuted' : isSuccess(status) ? 'proved' : 'unknown',
          'not merged',
          glyphs,
        );
  const [, branch, head] = LOCAL.exec(pr) ?? [];
  if (branch === undefined || head === undefined) {
    const fact = proofRow('pull request', 'proved', pr, glyphs);
    const words = fact.words.map((word) => ({ ...word, link: pr }));
    return [{ ...fact, words }, proofRow('checks', 'unknown', 'not known yet', glyphs), merge];
  }
  return [headFact(attempt, branch, head, glyphs), merge];
}

function headFact({ signalled }: AttemptState, branch: string, head: string, glyphs: View['glyphs']): FactRow {
  const text = `${branch} at ${shortCommit(head)}`;
  if (signalled === null) return proofRow('handed over', 'proved', text, glyphs);
  if (signalled === head) return proofRow('handed over', 'proved', `${text}, the commit that was signalled`, glyphs);
  return proofRow('handed over', 'refuted', `${text}, but ${shortCommit(signalled)} was signalled`, glyphs);
}
