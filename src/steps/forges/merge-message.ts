import type { GraphTask } from '../../core/graph/graph.ts';
import { firstLine, inertLine, shortened } from '../github/inert-text.ts';

/** Of a task's description, as far as there is room. */
const MAX_DESCRIPTION = 60;
const MAX_SUBJECT = 100;
/** Fewer characters of a description say nothing. */
const MIN_DESCRIPTION = 8;

/**
 * What the merge of a task's branch says. `src/core/reset-world.ts` knows such a merge by `Merge task ID`, with a colon
 * behind it if anything follows.
 */
export function taskMergeMessage(
  { id, description }: Pick<GraphTask, 'id' | 'description'>,
  pr: { readonly number: number; readonly url: string } | null,
): { readonly subject: string; readonly body: string } {
  const prefix = `Merge task ${id}`;
  const number = pr === null ? '' : ` (#${pr.number})`;
  const body = pr === null ? '' : pr.url;
  const line = firstLine(description);
  const room = Math.min(MAX_DESCRIPTION, MAX_SUBJECT - prefix.length - 2 - number.length);
  if (line === '' || room < MIN_DESCRIPTION) {
    return { subject: pr === null ? prefix : `${prefix}: pull request #${pr.number}`, body };
  }
  // With the id before it: 'fix: #12' would close that.
  const said = inertLine(`${id}: ${line}`).slice(id.length + 2);
  return { subject: `${prefix}: ${shortened(said, room)}${number}`, body };
}
