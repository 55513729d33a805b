import { isActive } from '../../../core/lifecycle.ts';
import { NO_PR } from '../../../core/names.ts';
import { PROOFS } from '../../../core/proofs.ts';
import type { AttemptState } from '../../../core/run-state.ts';
import { plural, shortCommit } from '../../format.ts';
import type { Glyphs } from '../../glyphs.ts';
import { type Word, word } from '../../line.ts';
import { foundWords, proofWords } from '../../wording/proof-words.ts';
import { pullRequestNumber } from '../../wording/pull-request-words.ts';
import { handedOver } from './evidence-merge.ts';
import { linked } from './proof-facts.ts';
import { told } from './rows.ts';

/** All of it in one line: `3 commits · PR #41 head matches · checks 7/8 · 0 concerns`. */
export function summaryWords(attempt: AttemptState, commits: number, { dot }: Glyphs): Word[] {
  const concerns = attempt.concerns.filter(({ source }) => source === 'agent').length;
  const parts: readonly (readonly Word[])[] = [
    [
      commits === 0
        ? word(attempt.endedAt === null ? 'no commits yet' : 'no commits', 'quiet')
        : word(plural(commits, 'commit')),
    ],
    offerWords(attempt),
    checksWords(attempt),
    [word(plural(concerns, 'concern'), concerns === 0 ? 'plain' : 'warn')],
  ];
  const told = parts.filter((part) => part.length > 0);
  return told.flatMap((part, at) => (at === 0 ? part : [word(` ${dot} `, 'quiet'), ...part]));
}

/** The pull request, and whether it is what it must be. */
function offerWords({ pr, signalled, proofs }: AttemptState): Word[] {
  if (pr === null) return [word('not handed over', 'quiet')];
  if (pr === NO_PR) return [word('nothing to merge')];
  const local = handedOver(pr);
  if (local !== null) {
    const isOther = signalled !== null && signalled !== local.head;
    const text = `handed over at ${shortCommit(local.head)}`;
    return [isOther ? word(`${text}, which is not what was signalled`, 'bad') : word(text)];
  }
  const number = pullRequestNumber(pr);
  const name = [word('PR '), linked(pr, number ?? pr)];
  const refuted = PROOFS.find((proof) => proof !== 'checks' && proofs[proof]?.holds === false);
  const wrong = refuted === undefined ? undefined : proofs[refuted];
  if (wrong !== undefined) return [...name, told(` ${proofWords(wrong)}`, 'bad')];
  return proofs.head?.holds === true ? [...name, word(' head matches')] : name;
}

function checksWords({ pr, proofs, status }: AttemptState): Word[] {
  if (pullRequestNumber(pr) === null) return [];
  const { checks } = proofs;
  if (checks === undefined) return isActive(status) ? [word('checks not known yet', 'quiet')] : [];
  return [told(`checks ${foundWords(checks)}`, checks.holds === false ? 'bad' : checks.holds ? 'plain' : 'live')];
}
