import { type Line, line, word } from '../../line.ts';
import type { Leave } from '../../ports.ts';
import type { DialogBody } from './body.ts';
import { choiceLine, keyLine } from './choice.ts';

/** How a run can be left, the way that changes least first. */
export const QUIT_CHOICES: readonly { readonly how: Leave; readonly name: string; readonly does: string }[] = [
  { how: 'background', name: 'leave it running', does: 'in the background; agentrelay tui comes back to it' },
  { how: 'stop', name: 'stop scheduling', does: 'nothing more is started; agents at work are left at it' },
  { how: 'cancel', name: 'cancel everything', does: 'every agent is ended; what it made is kept' },
];

export const drawQuit: DialogBody<'quit'> = (view, dialog, columns) => {
  const lines: Line[] = [];
  for (const [index, { name, does }] of QUIT_CHOICES.entries()) {
    lines.push(choiceLine([word(name, 'strong')], index === dialog.at, view, columns));
    lines.push(line([word(`  ${does}`, 'quiet')]));
  }
  const keys = keyLine(view, [
    ['choose', 'choose'],
    ['back', 'stay'],
  ]);
  return { title: 'Quit: the run is live', lines, at: 2 * dialog.at, keys };
};
