/** Why a text from the graph file cannot become a branch, a path, a tmux name or an argument; null when it can. */
import { BRANCH_ROOT } from '../names.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const MAX_PATH = 1_024;
const MAX_BRANCH = 200;

/** One line: a model, an image, a mount. */
export function lineProblem(text: string): string | null {
  if (text.trim() === '') return 'is empty';
  if (CONTROL.test(text)) return 'contains a control character or a line break';
  if (text.startsWith('-')) return "starts with '-', which programs would take for an option";
  return null;
}

/** Prose and shell lines, which may have several lines. */
export function proseProblem(text: string): string | null {
  return CONTROL_BUT_LINES.test(text) ? 'contains a control character' : null;
}

export function commandTextProblem(text: string): string | null {
  return text.trim() === '' ? 'is empty' : proseProblem(text);
}

/** A file or folder of the target repository. */
export function pathProblem(path: string): string | null {
  if (path === '') return 'is empty';
  if (path.length > MAX_PATH) return `is longer than ${MAX_PATH} characters`;
  if (CONTROL.test(path)) return 'contains a control character or a line break';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute';
  if (path.startsWith('~')) return "starts with '~', which is not expanded";
  if (path.includes('\\')) return "contains '\\'; folders are separated by '/'";
  const parts = path.split('/');
  if (parts.includes('..')) return leavesRoot(parts) ? 'leaves the repository' : "contains '..'";
  if (cleanPath(path).startsWith('-')) return "starts with '-', which programs would take for an option";
  if (parts.some((part) => part.toLowerCase() === '.git')) return "is inside git's own folder";
  return null;
}

/** Without `./` and doubled slashes, so that two spellings of one path are equal. */
export function cleanPath(path: string): string {
  const clean = path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  return clean === '' ? '.' : clean;
}

function leavesRoot(parts: readonly string[]): boolean {
  let depth = 0;
  for (const part of parts) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** The rules of `git check-ref-format --branch`, and those that keep a person's branches apart from ours. */
export function branchProblem(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.length > MAX_BRANCH) return `is longer than ${MAX_BRANCH} characters`;
  if (CONTROL.test(name)) return 'contains a control character or a line break';
  if (/[ ~^:?*[\\]/.test(name)) return 'contains one of space ~ ^ : ? * [ \\';
  if (name.includes('..') || name.includes('@{')) return "contains '..' or '@{'";
  if (name.startsWith('-')) return "starts with '-'";
  if (name === 'HEAD' || name === '@') return 'is not the name of a branch';
  if (name.startsWith('refs/')) return 'is a full ref; write the branch alone, such as main';
  for (const part of name.split('/')) {
    if (part === '') return "starts or ends with '/', or has '//'";
    if (part.startsWith('.') || part.endsWith('.') || part.endsWith('.lock')) {
      return "has a part that starts or ends with '.', or ends with '.lock'";
    }
  }
  const folded = name.toLowerCase();
  if (folded === BRANCH_ROOT || folded.startsWith(`${BRANCH_ROOT}/`)) {
    return `is under '${BRANCH_ROOT}/', where the branches of runs live`;
  }
  return null;
}

/** tmux reads `:` `.` and format characters in a target, so a session has none. */
export function sessionProblem(name: string): string | null {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(name)
    ? null
    : 'is not 1 to 64 of A-Z a-z 0-9 _ - starting with a letter, a digit or _';
}
