import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfThere, writeFileAtomic } from './atomic-file.ts';
import { liveGit } from './git-processes.ts';

/** What git says of a worktree's record that lacks its `commondir`; it can do nothing at all until that is mended. */
const SAYS = /failed to read (.+)\/commondir/;

/** Milliseconds; git writes the file a moment after it has made it. */
const STILL = 1_000;
/** Where nobody can see who is at work. */
const STILL_UNSEEN = 10_000;
/** What git itself writes there; whether the worktree is half made is for others to find out. */
const ALWAYS = '../..\n';

/** The record that a failed git complains about; null for none. Absolute. */
export function brokenRecordIn(stderr: string, cwd: string): string | null {
  const named = SAYS.exec(stderr)?.[1];
  const gitDir = named === undefined ? null : resolve(cwd, named);
  return gitDir !== null && basename(dirname(gitDir)) === 'worktrees' ? gitDir : null;
}

/**
 * Waits until the record is whole, or gone; one that a killed git or a power cut has left is completed. False where it
 * stays as it is until `until` (of `performance.now()`).
 */
export async function outwaitBrokenRecord(gitDir: string, until: number): Promise<boolean> {
  for (const begun = performance.now(); isBroken(gitDir); await delay(25)) {
    const lasted = performance.now() - begun;
    const makers = liveGit()?.filter(({ argv }) => argv.includes('worktree'));
    const isLeft = makers === undefined ? lasted > STILL_UNSEEN : makers.length === 0 && lasted > STILL;
    if (isLeft) writeFileAtomic(join(gitDir, 'commondir'), ALWAYS);
    if (performance.now() > until) return false;
  }
  return true;
}

function isBroken(gitDir: string): boolean {
  return existsSync(gitDir) && (readIfThere(join(gitDir, 'commondir')) ?? '') === '';
}
