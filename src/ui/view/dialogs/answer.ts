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
  const rows = choices.map((text, index) => choiceLines(text, index, index === dialog.at, view, columns));
  const keys = keyLine(view, [
    ['choose', 'send'],
    ['back', 'back'],
  ]);
  const lines = [...question, ...rows.flat(), textLine(view, dialog.at === null, dialog.field, columns)];
  const at = question.length + rows.slice(0, dialog.at ?? rows.length).flat().length;
  return { title: asks === null ? `Write to ${dialog.task}` : `${dialog.task} asks`, lines, at, keys };
};

function questionLines(question: string | null, columns: number): Line[] {
  if (question === null) return [];
  const wrapped = question.split('\n').flatMap((text) => wrap(safeText(text), columns));
  const shown = wrapped.slice(0, QUESTION_LINES).map((text) => line([word(text, 'strong')]));
  const more = wrapped.length - shown.length;
  return [...shown, ...(more > 0 ? [line([word(`${more} more lines: attach shows them`, 'quiet')])] : []), EMPTY_LINE];
}

/** Nobody is to send what cannot be read to its end, unless it is endless. */
function choiceLines(text: string, index: number, isAt: boolean, view: View, columns: number): Line[] {
  const number = `${index + 1}  `;
  const parts = wrap(safeText(text), columns - MARK_WIDTH - number.length);
  const more = parts.length > CHOICE_LINES ? view.glyphs.ellipsis : '';
  return parts.slice(0, CHOICE_LINES).map((part, at) => {
    const words = [word(part), word(at === CHOICE_LINES - 1 ? more : '')];
    if (at === 0) return choiceLine([word(number, 'accent'), ...words], isAt, view, columns);
    const indented = [word(' '.repeat(MARK_WIDTH + number.length)), ...words];
    return isAt ? line(indented, 'selected') : line(indented);
  });
}

const MARK_WIDTH = 2;
const CHOICE_LINES = 4;

function textLine(view: View, isAt: boolean, field: Parameters<typeof fieldWords>[1], columns: number): Line {
  if (isAt) return line(fieldWords(`${view.glyphs.cursor} `, field, columns, view.glyphs));
  return line([word(field.text === '' ? '  or a line of text' : `  ${safeText(field.text)}`, 'quiet')]);
}
