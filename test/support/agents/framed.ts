import { type Menu, numberKeys } from './menu.ts';
import { wrap } from './terminal.ts';

/** Lines in a box of this width. */
export function framed(lines: readonly string[], width: number): string[] {
  const inner = width - 5;
  const rows = lines.flatMap((line) => wrap(line, inner));
  return [`╭${'─'.repeat(width - 3)}╮`, ...rows.map((row) => `│ ${row.padEnd(inner)} │`), `╰${'─'.repeat(width - 3)}╯`];
}

export interface FramedMenu {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly string[];
  readonly foot?: readonly string[];
  /** Before the row that is selected. */
  readonly sign: string;
  readonly keys?: Readonly<Record<string, number>>;
  readonly onEscape?: Menu['escape'];
  readonly bad?: readonly number[];
  readonly words?: number;
  readonly preselected?: number;
  /** Its rows have no numbers, and digits do nothing. */
  readonly plain?: boolean;
}

/** A menu in a box, in which a digit chooses a row at once. */
export function framedMenu(of: FramedMenu): Menu {
  const { rows, words } = of;
  return {
    name: of.name,
    rows,
    preselected: of.preselected ?? 0,
    keys: { ...(of.plain === true ? {} : numberKeys(rows)), ...of.keys },
    escape: of.onEscape ?? 'cancel',
    arrows: true,
    enter: true,
    bad: of.bad ?? [],
    ...(words === undefined ? {} : { words }),
    draw: (state, width) => [
      '',
      ...framed(
        [
          ...of.head,
          '',
          ...rows.map((row, number) => {
            const text = number === words && state.words !== null ? state.words : row;
            const sign = number === state.selected ? of.sign : ' ';
            return `${sign} ${of.plain === true ? '' : `${number + 1}. `}${text}`;
          }),
          ...(of.foot === undefined ? [] : ['', ...of.foot]),
        ],
        width,
      ),
    ],
  };
}
