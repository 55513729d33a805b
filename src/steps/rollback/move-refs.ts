import { UserError } from '../../core/errors.ts';
import type { Reset } from '../../core/reset.ts';
import { type Git, NO_COMMIT } from '../tools/git.ts';

type RefMove = Reset['refs'][number];

/** The moves that take these back. */
export function reversed(moves: readonly RefMove[]): RefMove[] {
  return moves.map(({ ref, from, to }) => ({ ref, from: to, to: from }));
}

/** Moves what is not there yet, all or none. Throws `UserError` when somebody else has moved one meanwhile. */
export async function moveRefs(git: Git, moves: readonly RefMove[]): Promise<void> {
  const open: RefMove[] = [];
  for (const move of moves) {
    const now = await git.resolve(move.ref);
    if (now === move.to) continue;
    if (now !== move.from) throw movedMeanwhile(move, now);
    open.push(move);
  }
  const updates = open.map(({ ref, from, to }) => ({ ref, from: from ?? NO_COMMIT, to: to ?? NO_COMMIT }));
  if (!(await git.updateRefs(updates))) await moveRefs(git, moves);
}

function movedMeanwhile({ ref, from }: RefMove, now: string | null): UserError {
  const mend = from === null ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${from}`;
  return new UserError(`${ref} is at ${now ?? 'no commit'}: somebody moved it in the middle of the rollback`, {
    hint: `${now === null ? '' : `git branch keep-${now.slice(0, 8)} ${now} keeps that; `}${mend} lets it go on`,
  });
}
