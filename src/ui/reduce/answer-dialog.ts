import type { Wish } from '../ports.ts';
import type { Dialog } from '../ui-state.ts';
import type { View } from '../view/view.ts';
import { only, type Step, told, withEffect } from './step.ts';

export type AnswerDialog = Extract<Dialog, { kind: 'answer' }>;

/** What the task's agent can be answered with; none where it asks nothing, or wants a text. */
export function choicesOf({ run }: Pick<View, 'run'>, task: string): readonly string[] {
  return run.tasks.get(task)?.attempts.at(-1)?.asks?.choices ?? [];
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
  const text = at === null ? field.text.trim() : choicesOf(view, task)[at];
  if (text === undefined || text === '') return only(told(ui, 'nothing to send yet'));
  const asks = view.run.tasks.get(task)?.attempts.at(-1)?.asks != null;
  const wish: Wish = asks ? { action: 'answer', task, text } : { action: 'send', task, text };
  return withEffect({ ...ui, dialog: null }, { kind: 'ask', wishes: [wish], done: `sent to ${task}` });
}
