/** What goes down a control-mode client's stdin, and what comes up its stdout. */

/**
 * One argument as tmux's command parser reads it back. Always in double quotes, with every character that is special
 * there, and every control character, as an octal escape: a line break would otherwise end the command line.
 */
export function quoteArgument(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not get through as they are.
  const escaped = text.replace(/[\u0000-\u001f"$\\~\u007f]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0) throw new TypeError('a tmux argument cannot hold a NUL character');
    return `\\${code.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped}"`;
}

/** Commands that tmux runs in one go, without its event loop between them; one line, which must not be empty. */
export function commandLine(commands: readonly (readonly string[])[]): string {
  return `${commands.map((argv) => argv.map(quoteArgument).join(' ')).join(' ; ')}\n`;
}

/** Takes the format characters of an argument that tmux expands (`#{…}`) out of effect. */
export function literalFormat(text: string): string {
  return text.replaceAll('#', '##');
}

/** The same where tmux also replaces `%H` and the like, as in `pipe-pane`. */
export function literalTimeFormat(text: string): string {
  return literalFormat(text).replaceAll('%', '%%');
}

export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export type ControlMessage =
  | { readonly kind: 'reply'; readonly ok: boolean; readonly lines: string[]; readonly ours: boolean }
  | { readonly kind: 'notification'; readonly name: string; readonly rest: string };

const GUARD = /^%(begin|end|error) (\d+ \d+ (\d+))$/;

/** Reads the lines of a control-mode client. */
export class ControlParser {
  #block: { readonly id: string; readonly ours: boolean; readonly lines: string[] } | null = null;

  /** Null while a reply is not complete. */
  line(line: string): ControlMessage | null {
    const guard = GUARD.exec(line);
    const block = this.#block;
    if (block !== null) {
      // What a program printed may look like a guard; only the block's own time and number end it.
      if (guard === null || guard[1] === 'begin' || guard[2] !== block.id) {
        block.lines.push(line);
        return null;
      }
      this.#block = null;
      return { kind: 'reply', ok: guard[1] === 'end', lines: block.lines, ours: block.ours };
    }
    if (guard?.[1] === 'begin') {
      // Bit 0: it came from this client's stdin, and not from a hook or from `attach-session` itself.
      this.#block = { id: guard[2] ?? '', ours: (Number(guard[3]) & 1) === 1, lines: [] };
      return null;
    }
    if (!line.startsWith('%')) return null;
    const space = line.indexOf(' ');
    return space === -1
      ? { kind: 'notification', name: line.slice(1), rest: '' }
      : { kind: 'notification', name: line.slice(1, space), rest: line.slice(space + 1) };
  }
}
