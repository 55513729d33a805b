/** The characters that the screen is drawn with; each takes one cell in Ink, tmux and xterm. */
export interface Glyphs {
  readonly name: 'unicode' | 'ascii';
  /** In front of a task or a lane: how it stands. */
  readonly status: {
    readonly pending: string;
    readonly working: string;
    /** At work, but idle, parked or stalled. */
    readonly waiting: string;
    readonly needsYou: string;
    readonly done: string;
    readonly failed: string;
    readonly blocked: string;
    readonly cancelled: string;
    /** Shown by the header while the run goes on, and while it does not. */
    readonly running: string;
    readonly paused: string;
    readonly stopped: string;
  };
  /** The lifecycle of an attempt, one cell a step. */
  readonly strip: {
    readonly done: string;
    readonly now: string;
    readonly toCome: string;
    readonly failed: string;
  };
  readonly cursor: string;
  readonly marked: string;
  readonly ellipsis: string;
  readonly dash: string;
  readonly minus: string;
  readonly dot: string;
  readonly arrow: { readonly up: string; readonly down: string; readonly left: string; readonly right: string };
  readonly enter: string;
  readonly box: BoxGlyphs;
  /** Lines of trees and graphs; `box` has the straight ones. */
  readonly tree: {
    readonly branch: string;
    readonly last: string;
    readonly pipe: string;
    readonly dash: string;
    readonly down: string;
    readonly up: string;
    readonly left: string;
    readonly cross: string;
    /** Round corners, named by the two sides that they join. */
    readonly leftDown: string;
    readonly leftUp: string;
    readonly rightDown: string;
    readonly rightUp: string;
  };
  readonly scroll: { readonly track: string; readonly thumb: string };
  /** Between the old and the new of a pair. */
  readonly to: string;
}

export interface BoxGlyphs {
  readonly horizontal: string;
  readonly vertical: string;
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  readonly teeLeft: string;
  readonly teeRight: string;
}

export const UNICODE: Glyphs = {
  name: 'unicode',
  status: {
    pending: '○',
    working: '●',
    waiting: '◐',
    needsYou: '!',
    done: '✔',
    failed: '✖',
    blocked: '◌',
    cancelled: '⊘',
    running: '▶',
    paused: '‖',
    stopped: '■',
  },
  strip: { done: '■', now: '◧', toCome: '·', failed: '✖' },
  cursor: '❯',
  marked: '◆',
  ellipsis: '…',
  dash: '—',
  minus: '−',
  dot: '·',
  arrow: { up: '↑', down: '↓', left: '←', right: '→' },
  enter: '↵',
  box: {
    horizontal: '─',
    vertical: '│',
    topLeft: '╭',
    topRight: '╮',
    bottomLeft: '╰',
    bottomRight: '╯',
    teeLeft: '├',
    teeRight: '┤',
  },
  tree: {
    branch: '├',
    last: '└',
    pipe: '│',
    dash: '─',
    down: '┬',
    up: '┴',
    left: '┤',
    cross: '┼',
    leftDown: '╮',
    leftUp: '╯',
    rightDown: '╭',
    rightUp: '╰',
  },
  scroll: { track: '│', thumb: '┃' },
  to: '→',
};

/** For terminals and fonts that know no more; what no single letter can say, colour and words say. */
export const ASCII: Glyphs = {
  name: 'ascii',
  // None of them can be taken for a piece of a line.
  status: {
    pending: 'o',
    working: '*',
    waiting: '~',
    needsYou: '!',
    done: 'v',
    failed: 'x',
    blocked: '%',
    cancelled: '/',
    running: '>',
    paused: '=',
    stopped: '#',
  },
  strip: { done: '#', now: '>', toCome: '.', failed: 'x' },
  cursor: '>',
  marked: '#',
  ellipsis: '~',
  dash: '-',
  minus: '-',
  dot: '.',
  arrow: { up: '^', down: 'v', left: '<', right: '>' },
  enter: '<',
  box: {
    horizontal: '-',
    vertical: '|',
    topLeft: '+',
    topRight: '+',
    bottomLeft: '+',
    bottomRight: '+',
    teeLeft: '+',
    teeRight: '+',
  },
  tree: {
    branch: '+',
    last: '`',
    pipe: '|',
    dash: '-',
    down: '+',
    up: '+',
    left: '+',
    cross: '+',
    leftDown: '+',
    leftUp: '+',
    rightDown: '+',
    rightUp: '+',
  },
  scroll: { track: '|', thumb: '#' },
  to: '>',
};
