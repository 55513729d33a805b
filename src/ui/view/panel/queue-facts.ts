import type { BlockRoot } from '../../../core/events.ts';
import type { RunState } from '../../../core/run-state.ts';
import { type Word, word } from '../../line.ts';
import { nameOf } from '../../wording/why-words.ts';
import { type FactRow, told } from './rows.ts';

/** Who merges into a branch and who waits, in their order; `own` stands out. Nothing where nobody waits. */
export function queueFact(
  label: string,
  { mergeQueues }: RunState,
  target: string | null,
  own: BlockRoot | null = null,
): FactRow[] {
  const entries = target === null ? [] : (mergeQueues.get(target) ?? []);
  if (target === null || entries.length === 0) return [];
  const names = entries.flatMap((entry, at): Word[] => [
    word(at === 0 ? '' : at === 1 ? ' now, then ' : ', ', 'quiet'),
    told(nameOf(entry), isSame(entry, own) ? 'accent' : 'plain'),
  ]);
  return [{ label, words: [told(`${target}: `, 'quiet'), ...names] }];
}

function isSame(entry: BlockRoot, own: BlockRoot | null): boolean {
  if (own === null) return false;
  return 'task' in entry
    ? 'task' in own && entry.task === own.task
    : 'workstream' in own && entry.workstream === own.workstream;
}
