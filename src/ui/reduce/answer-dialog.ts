import type { Wish } from '../../core/requests.ts';
import type { Asks } from '../../core/run-state.ts';
import type { Dialog } from '../ui-state.ts';
import type { View } from '../view/view.ts';
import { only, type Step, told, withEffect } from './step.ts';

export type AnswerDialog = Extract<Dialog, { kind: 'answer' }>;

function asksOf({ run }: Pick<View, 'run'>, task: string): Asks | null {
  return run.tasks.get(task)?.attempts.at(-1)?.asks ?? null;
}

/** What the task's agent can be answered with; none where it asks nothing, or wants a text. */
export function choicesOf(view: Pick<View, 'run'>, task: string): readonly string[] {
  return asksOf(view, task)?.choices ?? [];
}

/** The question that the dialog shows now, and where one begins to answer it. */
export function seenQuestion(view: Pick<View, 'run'>, task: string): Pick<AnswerDialog, 'since' | 'at'> {
  return { since: asksOf(view, task)?.since ?? null, at: choicesOf(view, task).length > 0 ? 0 : null };
}

/** Along the choices, and behind the last one is the text. */
export function moveAnswer(dialog: AnswerDialog, choices: readonly string[], by: number): AnswerDialog {
  const count = choices.length + 1;
  const at = ((dialog.at ?? choices.length) + by + count) % count;
  return { ...dialog, at: at === choices.length ? null : at };
}

export function chooseAnswer(view: View, dialog: AnswerDialog): Step {
  const { ui } = view;
  const { task, at, field } = dialog;
  const seen = seenQuestion(view, task);
  if (seen.since !== dialog.since) {
    const text = seen.since === null ? `${task} asks that no more` : `${task} asks something else now`;
    return only(told({ ...ui, dialog: { ...dialog, ...seen } }, text, 'warn'));
  }
  const text = at === null ? field.text.trim() : choicesOf(view, task)[at];
  if (text === undefined || text === '') return only(told(ui, 'nothing to send yet'));
  const wish: Wish =
    dialog.since === null ? { action: 'send', task, text } : { action: 'answer', task, text, since: dialog.since };
  return withEffect({ ...ui, dialog: null }, { kind: 'ask', wishes: [wish], done: `sent to ${task}` });
}
