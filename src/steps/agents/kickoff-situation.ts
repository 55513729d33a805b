import { boxOf, hasTheKeys, type Look } from './agent-access.ts';

/**
 * What a program that is to take its first prompt shows. `ready`: it waits, with an empty input. `unsent`: the prompt
 * stands in the input. `asks`: a dialog, a question, a login.
 */
export interface Situation {
  readonly kind: 'asks' | 'limited' | 'works' | 'unsent' | 'written' | 'ready' | 'unclear';
  /** Tells one from the next of its kind: how long one lasts counts. */
  readonly key: string;
}

export function situationOf(seen: Look, prompt: string): Situation {
  const { report, dialog } = seen.reading;
  if (hasTheKeys(seen) || report?.state === 'login_required')
    return { kind: 'asks', key: `${dialog} ${report?.state} ${report?.question}` };
  if (report?.state === 'usage_limited') return { kind: 'limited', key: '' };
  const box = boxOf(seen, [prompt]);
  if (box === 'ours') return { kind: 'unsent', key: '' };
  if (box === 'other') return { kind: 'written', key: '' };
  if (report?.state === 'working') return { kind: 'works', key: '' };
  // A program that still starts draws now and then; one that is ready has a clock or a counter at most.
  if (report?.state === 'idle') return { kind: 'ready', key: seen.lines.join('\n').replace(/\d+/g, '') };
  return { kind: 'unclear', key: '' };
}
