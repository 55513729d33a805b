import { statSync } from 'node:fs';

/** Why a file with secrets is refused. */
export interface NotPrivate {
  readonly message: string;
  readonly hint: string | null;
}

/** Null for one that only its owner, who we are, can read; a link is followed. One that is not there is none either. */
export function whyNotPrivate(path: string): NotPrivate | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  // Whoever reads it says why it cannot.
  if (stats === undefined || stats.isDirectory()) return null;
  const word = shellWord(path);
  if (!stats.isFile()) {
    return { message: 'is not a regular file: each owner of a run reads it anew', hint: null };
  }
  if (stats.uid !== process.geteuid?.()) {
    return {
      message: `belongs to another user (${stats.uid})`,
      hint: `a copy of your own, with chmod 600, can be used`,
    };
  }
  const mode = stats.mode & 0o777;
  if ((mode & 0o077) === 0) return null;
  return {
    message: `can be read or written by others (mode ${mode.toString(8).padStart(4, '0')})`,
    hint: `chmod 600 ${word}`,
  };
}

function shellWord(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
