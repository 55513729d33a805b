import type { RecordedRunOptions } from './recorded-run.ts';
import { commandText } from './shell-text.ts';

/** A command about the run that a person has named, with the flags that named it; it works when it is pasted. */
export function aboutSameRun(
  argv: readonly string[],
  { graph, targetRepo }: Pick<RecordedRunOptions, 'graph' | 'targetRepo'>,
): string {
  const which = graph === null ? [] : ['-G', graph];
  const where = targetRepo === '.' ? [] : ['-t', targetRepo];
  return commandText(['agentrelay', ...argv, ...which, ...where]);
}
