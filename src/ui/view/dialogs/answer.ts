import { EMPTY_LINE, type Line, line, word } from '../../line.ts';
import { safeText } from '../../text/safe.ts';
import { wrap } from '../../text/wrap.ts';
import { fieldWords } from '../footer.ts';
import type { View } from '../view.ts';
import type { DialogBody } from './body.ts';
import { choiceLine, keyLine } from './choice.ts';

const QUESTION_LINES = 8;

export const drawAnswer: DialogBody<'answer'> = (view, dialog, columns) => {
  const asks = view.run.tasks.get(dialog.task)?.attempts.at(-1)?.asks ?? null;
  const question = questionLines(asks?.question ?? null, columns);
  const choices = asks?.choices ?? [];
  const rows = choices.map((text, index) =>
    choiceLine([word(`${index + 1}  `, 'accent'), word(safeText(text))], index === dialog.at, view, columns),
  );
  const keys = keyLine(view, [
    ['choose', 'send'],
    ['back', 'back'],
  ]);
  const lines = [...question, ...rows, textLine(view, dialog.at === null, dialog.field, columns)];
  const at = question.length + (dialog.at ?? rows.length);
  return { title: asks === null ? `Write to ${dialog.task}` : `${dialog.task} asks`, lines, at, keys };
};

function questionLines(question: string | null, columns: number): Line[] {
  if (question === null) return [];
  const wrapped = question.split('\n').flatMap((text) => wrap(safeText(text), columns));
  const shown = wrapped.slice(0, QUESTION_LINES).map((text) => line([word(text, 'strong')]));
  const more = wrapped.length - shown.length;
  return [...shown, ...(more > 0 ? [line([word(`${more} more lines: attach shows them`, 'quiet')])] : []), EMPTY_LINE];
}

function textLine(view: View, isAt: boolean, field: Parameters<typeof fieldWords>[1], columns: number): Line {
  if (isAt) return line(fieldWords(`${view.glyphs.cursor} `, field, columns, view.glyphs));
  return line([word(field.text === '' ? '  or a line of text' : `  ${safeText(field.text)}`, 'quiet')]);
}
