/** What stands below the history: the last lines of the screen, and where the cursor is among them. */
export interface Live {
  readonly lines: readonly string[];
  /** Line and column, from 0; left out, behind the last line. */
  readonly cursor?: readonly [number, number];
}

/** The terminal as such programs use it: on the alternate screen, or below what was printed before. */
export interface Terminal {
  readonly width: number;
  readonly height: number;
  begin(): void;
  enterAlternate(): void;
  title(text: string): void;
  draw(history: readonly string[], live: Live): void;
  /** Sends bytes as they are. */
  write(text: string): void;
  end(): void;
}

export function openTerminal(): Terminal {
  const out = process.stdout;
  let alternate = false;
  let printed = 0;
  let above = 0;
  let liveHeight = 0;
  let raw = false;

  const size = () => ({ width: out.columns ?? 80, height: out.rows ?? 24 });

  const drawAlternate = (history: readonly string[], live: readonly string[], height: number) => {
    const room = Math.max(0, height - live.length);
    const past = history.slice(-room);
    const rows = [...past, ...Array<string>(room - past.length).fill(''), ...live].slice(-height);
    out.write(`\u001b[H${rows.map((row) => `${row}\u001b[K`).join('\r\n')}`);
    return rows.length;
  };

  /** New lines of history push the live part down, and what was drawn of it before is wiped out. */
  const drawInline = (history: readonly string[], live: readonly string[]) => {
    const up = liveHeight === 0 ? '' : `${above > 0 ? `\u001b[${above}A` : ''}\r\u001b[J`;
    const fresh = history.slice(printed);
    printed = history.length;
    out.write(`${up}${fresh.map((line) => `${line}\r\n`).join('')}${live.join('\r\n')}`);
  };

  return {
    get width() {
      return size().width;
    },
    get height() {
      return size().height;
    },
    begin() {
      if (process.stdin.isTTY) process.stdin.setRawMode(true);
      raw = true;
      out.write('\u001b[?2004h');
    },
    enterAlternate() {
      alternate = true;
      out.write('\u001b[?1049h\u001b[2J');
    },
    title: (text) => out.write(`\u001b]0;${text}\u0007`),
    draw(history, { lines, cursor }) {
      const { width, height } = size();
      const live = lines.slice(-(height - 1)).map((line) => [...line].slice(0, width - 1).join(''));
      if (alternate) drawAlternate(history, live, height);
      else drawInline(history, live);
      const [line, column] = cursor ?? [lines.length - 1, (lines.at(-1) ?? '').length];
      const up = lines.length - 1 - line;
      above = Math.max(0, live.length - 1 - up);
      liveHeight = live.length;
      out.write(`${up > 0 ? `\u001b[${up}A` : ''}\u001b[${column + 1}G`);
    },
    write: (text) => out.write(text),
    end() {
      if (!raw) return;
      raw = false;
      out.write(alternate ? '\u001b[?2004l\u001b[?1049l' : `\u001b[?2004l\u001b[${liveHeight}B\r\n`);
      if (process.stdin.isTTY) process.stdin.setRawMode(false);
    },
  };
}

/** Cut into lines of this width, at blanks where there are some; lines after the first begin with `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  return text.split('\n').flatMap((line, number) => wrapLine(number === 0 ? line : `${indent}${line}`, width, indent));
}

function wrapLine(line: string, width: number, indent: string): string[] {
  const rows: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const at = blank > indent.length + width / 2 ? blank : width;
    rows.push(rest.slice(0, at));
    rest = `${indent}${rest.slice(at).trimStart()}`;
  }
  return [...rows, rest];
}
