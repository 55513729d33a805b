/** Reads the value of `-c key=value` as the program does: as TOML, or as it is where that fails. */
function configValue(text: string): unknown {
  try {
    const reader = { text, at: 0 };
    const value = readValue(reader);
    skipBlanks(reader);
    return reader.at === text.length ? value : text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

function readValue(reader: Reader): unknown {
  skipBlanks(reader);
  const start = reader.text[reader.at];
  if (start === '"' || start === "'") return readString(reader, start);
  if (start === '[') return readList(reader);
  if (start === '{') return readTable(reader);
  const word = /^(true|false|[+-]?[\d_]+(\.\d+)?)/.exec(reader.text.slice(reader.at))?.[0];
  if (word === undefined) throw new SyntaxError(`no value at ${reader.at}`);
  reader.at += word.length;
  return JSON.parse(word.replaceAll('_', ''));
}

function readString(reader: Reader, quote: string): string {
  const rest = reader.text.slice(reader.at);
  const found = (quote === '"' ? /^"(?:[^"\\]|\\.)*"/ : /^'[^']*'/).exec(rest)?.[0];
  if (found === undefined) throw new SyntaxError('the string has no end');
  reader.at += found.length;
  return quote === '"' ? (JSON.parse(found) as string) : found.slice(1, -1);
}

function take(reader: Reader, sign: string): boolean {
  skipBlanks(reader);
  if (reader.text[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

function readList(reader: Reader): unknown[] {
  const values: unknown[] = [];
  take(reader, '[');
  while (!take(reader, ']')) {
    values.push(readValue(reader));
    if (!take(reader, ',') && reader.text[reader.at] !== ']') throw new SyntaxError('no comma in the list');
  }
  return values;
}

function readTable(reader: Reader): Record<string, unknown> {
  const table: Record<string, unknown> = {};
  take(reader, '{');
  while (!take(reader, '}')) {
    const key = readKey(reader);
    if (!take(reader, '=')) throw new SyntaxError('a key without a value');
    table[key] = readValue(reader);
    if (!take(reader, ',') && reader.text[reader.at] !== '}') throw new SyntaxError('no comma in the table');
  }
  return table;
}

function readKey(reader: Reader): string {
  skipBlanks(reader);
  const start = reader.text[reader.at];
  if (start === '"' || start === "'") return readString(reader, start);
  const key = /^[\w-]+/.exec(reader.text.slice(reader.at))?.[0];
  if (key === undefined) throw new SyntaxError('no key');
  reader.at += key.length;
  return key;
}

/** What all `-c` flags say, by their dotted keys; the last one of a key counts. */
export function configValues(flags: readonly string[]): ReadonlyMap<string, unknown> {
  return new Map(
    flags.map((flag) => {
      const at = flag.indexOf('=');
      return [flag.slice(0, at), configValue(flag.slice(at + 1))];
    }),
  );
}
