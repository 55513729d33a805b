import { join } from 'node:path';
import { currentAttempt, type TaskState } from '../../../core/run-state.ts';
import { attemptCommits } from '../../../steps/attempt-commits.ts';
import { rangeOf } from '../../../steps/attempts-compared.ts';
import { cutLine } from '../../../steps/screen-lines.ts';
import { commitWords } from '../../../steps/task-commits.ts';
import { readAtMost } from '../../../steps/tools/bounded-file.ts';
import type { Detail } from '../../../ui/ports.ts';
import { type DetailsWorld, folderOf } from './world.ts';

const MAX_PROMPT = 1024 * 1024;
const MAX_SUMMARY = 64 * 1024;
/** Characters. */
const MAX_LINE = 4_000;
const MAX_COMMITS = 100;

/** The instructions of the last attempt, as its agent has them. */
export function promptOf(world: DetailsWorld, task: TaskState): Extract<Detail, { tab: 'prompt' }> {
  const attempt = currentAttempt(task);
  if (attempt === null) return { tab: 'prompt', path: null, lines: [], note: 'they are written when it starts' };
  const path = join(folderOf(world, task.outline.id, attempt), 'instructions.md');
  const bytes = readAtMost(path, MAX_PROMPT);
  if (bytes === null) return { tab: 'prompt', path: null, lines: [], note: 'they are not written yet' };
  if (typeof bytes === 'string') return { tab: 'prompt', path, lines: [], note: bytes };
  const { text, cut } = textOf(bytes, MAX_PROMPT);
  const lines = text.split('\n').map((line) => cutLine(line, MAX_LINE));
  return { tab: 'prompt', path, lines, note: cut ? `only the first MiB is shown; all of it is in ${path}` : null };
}

/** What shows that the last attempt has done its task, beside what the journal tells. */
export async function evidenceOf(
  world: DetailsWorld,
  task: TaskState,
  signal: AbortSignal,
): Promise<Extract<Detail, { tab: 'evidence' }>> {
  const attempt = currentAttempt(task);
  if (attempt === null) return { tab: 'evidence', commits: [], omitted: 0, summary: null };
  const { git, run, facts } = world;
  const id = task.outline.id;
  const known = await attemptCommits(git, attempt, { run, task: id, current: true });
  const range = rangeOf(known);
  const ask = async () => (range === null ? [] : await commitWords(git, range, { limit: MAX_COMMITS, signal }));
  const commits = await facts.get(`commits ${range?.base}..${range?.tip}`, ask);
  const bytes = readAtMost(join(folderOf(world, id, attempt), 'summary.md'), MAX_SUMMARY);
  const summary = bytes === null || typeof bytes === 'string' ? null : textOf(bytes, MAX_SUMMARY);
  return {
    tab: 'evidence',
    commits,
    omitted: Math.max(0, (known.count ?? 0) - commits.length),
    summary: summary === null ? null : `${summary.text}${summary.cut ? '\n…' : ''}`,
  };
}

function textOf(bytes: Buffer, limit: number): { text: string; cut: boolean } {
  return { text: bytes.toString('utf8', 0, limit).replace(/\n$/, ''), cut: bytes.length > limit };
}
