/** Bytes of a line. */
const MAX_LINE = 16 * 1024;
/** UTF-16 units of a text in it. */
const MAX_TEXT = 2_000;
const MAX_SHORT_TEXT = 200;
/** What lies deeper tells nothing of what the agent does. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 200;

type Data = Readonly<Record<string, unknown>>;

/** The line of a hook, with as much of what the program gave as may be kept. */
export function fitHook(said: Data, text: string): string {
  const whole = readData(text);
  let data = whole === null ? null : (cutTexts(whole, MAX_TEXT) as Data);
  for (const shrink of SHRINKS) {
    const line = JSON.stringify({ ...said, data });
    if (data === null || Buffer.byteLength(line) < MAX_LINE) return line;
    data = shrink(data);
  }
  return JSON.stringify({ ...said, data: withoutBiggest(said, data) });
}

/** The biggest fields tell least: what a tool was given, and what it gave. */
const SHRINKS: readonly ((data: Data) => Data)[] = [
  ({ tool_response: _, ...rest }) => rest,
  ({ tool_input: input, ...rest }) => ({ ...rest, tool_input: cutTexts(input, MAX_SHORT_TEXT) }),
  ({ tool_input: _, ...rest }) => rest,
  (data) => cutTexts(data, MAX_SHORT_TEXT) as Data,
  (data) => data,
];

function withoutBiggest(said: Data, data: Data | null): Data {
  let kept = Object.entries(data ?? {}).sort(([, a], [, b]) => sizeOf(a) - sizeOf(b));
  while (kept.length > 0 && sizeOf({ ...said, data: Object.fromEntries(kept) }) >= MAX_LINE) kept = kept.slice(0, -1);
  return Object.fromEntries(kept);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function readData(text: string): Data | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : null;
  } catch {
    // Programs may give anything, and nothing.
    return null;
  }
}

function cutTexts(value: unknown, length: number, depth = 0): unknown {
  if (typeof value === 'string') return value.length <= length ? value : value.slice(0, length).toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cutTexts(item, length, depth + 1));
  const fields = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(fields.map(([name, item]) => [name, cutTexts(item, length, depth + 1)]));
}
