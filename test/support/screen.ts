import { Readable, Writable } from 'node:stream';
import headless from '@xterm/headless';
import { UnicodeGraphemesAddon } from './graphemes.ts';

/** What a program gets as its standard streams when a terminal is at the other end. */
export interface FakeTerminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** What has reached the terminal beside what it shows. */
export interface SideEffects {
  /** Titles of the window or the icon that were set. */
  readonly titles: string[];
  /** Attempts to write or read the clipboard (OSC 52). */
  readonly clipboard: string[];
  /** Other OSC sequences than titles, links and the clipboard, as `9;text`. */
  readonly notices: string[];
  /** Addresses of links (OSC 8). */
  readonly links: string[];
  /** What the terminal answered to what it was asked; a program reads it as if it were typed. */
  readonly replies: string[];
  bells: number;
}

export interface Screen extends FakeTerminal {
  readonly columns: number;
  readonly rows: number;
  readonly effects: SideEffects;
  /** DEC private modes that are on, such as 1049 (alternate screen), 25 (cursor), 2004 (pasting) and 1000 (mouse). */
  readonly modes: ReadonlySet<number>;
  /** Whether the program has asked for each key as it is pressed. */
  readonly raw: boolean;
  /** Takes bytes as a program would print them; resolves when they are shown. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Resolves when all that has been printed on `stdout` so far is shown. */
  settled(): Promise<void>;
  /** What is on the screen, row by row, without blanks at the ends. */
  lines(): string[];
  /** One row cell by cell: the second cell of a wide character is empty. */
  cellsOf(row: number): Cell[];
  cursor(): { column: number; row: number };
  alternate(): boolean;
  /** Keys as a terminal sends them. */
  type(keys: string): void;
  /** The window changes its size, and the program is told. */
  resize(columns: number, rows: number): void;
  dispose(): void;
}

export interface Cell {
  readonly text: string;
  /** 0 for the second half of a wide character. */
  readonly width: number;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** `default`, an index of the palette, or `#rrggbb`. */
  readonly foreground: string;
  readonly background: string;
}

const PRIVATE_MODES_AT_START = [25, 7];

/** A terminal in memory that shows what a person would see of what a program prints, grapheme by grapheme. */
export function createScreen(columns: number, rows: number): Screen {
  const terminal = new headless.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    convertEol: true,
    scrollback: 0,
  });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  const modes = new Set(PRIVATE_MODES_AT_START);
  const effects = recordEffects(terminal, modes);
  const write = (bytes: string | Uint8Array) => new Promise<void>((resolve) => terminal.write(bytes, resolve));
  const stdin = new FakeStdin();
  const stdout = new FakeStdout(columns, rows, write);
  const stderr = new FakeStdout(columns, rows, write);
  terminal.onData((reply) => {
    effects.replies.push(reply);
    stdin.push(reply);
  });
  return {
    // A program asks its streams for what these classes have, and for nothing else that a real terminal would have.
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    effects,
    modes,
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    get raw() {
      return stdin.isRaw;
    },
    write,
    async settled() {
      await new Promise((resolve) => stdout.write('', resolve));
      await new Promise((resolve) => stderr.write('', resolve));
      await write('');
    },
    lines: () =>
      Array.from({ length: terminal.rows }, (_, row) => bufferLine(terminal, row)?.translateToString(true) ?? ''),
    cellsOf: (row) => cellsOf(terminal, row),
    cursor: () => ({ column: terminal.buffer.active.cursorX, row: terminal.buffer.active.cursorY }),
    alternate: () => terminal.buffer.active.type === 'alternate',
    type: (keys) => {
      stdin.push(keys);
    },
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      stdout.resize(newColumns, newRows);
      stderr.resize(newColumns, newRows);
    },
    dispose() {
      stdin.destroy();
      terminal.dispose();
    },
  };
}

function recordEffects(terminal: headless.Terminal, modes: Set<number>): SideEffects {
  const effects: SideEffects = { titles: [], clipboard: [], notices: [], links: [], replies: [], bells: 0 };
  const { parser } = terminal;
  const onOsc = (id: number, record: (data: string) => void) =>
    parser.registerOscHandler(id, (data) => {
      record(data);
      return false;
    });
  for (const id of [0, 1, 2]) onOsc(id, (data) => effects.titles.push(data));
  onOsc(52, (data) => effects.clipboard.push(data));
  onOsc(8, (data) => {
    const address = data.slice(data.indexOf(';') + 1);
    if (address !== '') effects.links.push(address);
  });
  for (const id of [4, 7, 9, 10, 11, 12, 99, 104, 133, 777, 1337]) {
    onOsc(id, (data) => effects.notices.push(`${id};${data}`));
  }
  const onMode = (final: 'h' | 'l', change: (mode: number) => void) =>
    parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
      for (const mode of parameters.flat()) change(mode);
      return false;
    });
  onMode('h', (mode) => modes.add(mode));
  onMode('l', (mode) => modes.delete(mode));
  terminal.onBell(() => {
    effects.bells++;
  });
  return effects;
}

function bufferLine(terminal: headless.Terminal, row: number) {
  const { active } = terminal.buffer;
  return active.getLine(active.viewportY + row);
}

function cellsOf(terminal: headless.Terminal, row: number): Cell[] {
  const line = bufferLine(terminal, row);
  return Array.from({ length: terminal.cols }, (_, column) => {
    const cell = line?.getCell(column);
    if (cell === undefined) throw new Error(`the screen has no cell ${column} in row ${row}`);
    return {
      text: cell.getChars() === '' && cell.getWidth() > 0 ? ' ' : cell.getChars(),
      width: cell.getWidth(),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      underline: cell.isUnderline() !== 0,
      inverse: cell.isInverse() !== 0,
      foreground: colourName(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
      background: colourName(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    };
  });
}

function colourName(isDefault: boolean, isRgb: boolean, colour: number): string {
  if (isDefault) return 'default';
  return isRgb ? `#${colour.toString(16).padStart(6, '0')}` : String(colour);
}

class FakeStdin extends Readable {
  readonly isTTY = true;
  readonly fd = 0;
  isRaw = false;

  setRawMode(on: boolean): this {
    this.isRaw = on;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}
}

class FakeStdout extends Writable {
  readonly isTTY = true;
  readonly fd = 1;
  columns: number;
  rows: number;
  readonly #show: (bytes: Uint8Array) => Promise<void>;

  constructor(columns: number, rows: number, show: (bytes: Uint8Array) => Promise<void>) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#show = show;
  }

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    this.#show(bytes).then(done);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  getColorDepth(): number {
    return 24;
  }

  hasColors(): boolean {
    return true;
  }

  getWindowSize(): [number, number] {
    return [this.columns, this.rows];
  }
}
