import type { BlockRoot, QueueEntry } from '../../../core/events.ts';
import type { RunState } from '../../../core/run-state.ts';
import { type Word, word } from '../../line.ts';
import { nameOf } from '../../wording/why-words.ts';
import { type FactRow, told } from './rows.ts';

/** Where `own` stands among those who merge into a branch, in their order; nothing where it does not wait there. */
export function queueFact(run: RunState, target: string | null, own: BlockRoot): FactRow[] {
  const entries = entriesOf(run, target);
  const at = entries.findIndex((entry) => nameOf(entry) === nameOf(own));
  return at < 0 ? [] : [{ label: 'queue', words: [told(`${target}: `, 'quiet'), ...orderWords(entries, at)] }];
}

/** Who merges into a lane's own branch, and who waits to; nothing where nobody waits. */
export function mergingFact(run: RunState, branch: string | null): FactRow[] {
  const entries = entriesOf(run, branch);
  return entries.length === 0 ? [] : [{ label: 'merging', words: orderWords(entries, null) }];
}

function entriesOf({ mergeQueues }: RunState, target: string | null): readonly QueueEntry[] {
  return target === null ? [] : (mergeQueues.get(target) ?? []);
}

function orderWords(entries: readonly QueueEntry[], own: number | null): Word[] {
  return entries.flatMap((entry, at): Word[] => [
    word(at === 0 ? '' : at === 1 ? ' now, then ' : ', ', 'quiet'),
    told(nameOf(entry), at === own ? 'accent' : 'plain'),
  ]);
}
