import { join } from 'node:path';
import { z } from 'zod';
import type { HookRecord } from '../frameworks/framework.ts';
import { GrowingLines } from '../tools/growing-lines.ts';

/** In the signal directory: `agentrelay-hook` appends to it. */
export const HOOKS_FILE = 'hooks.jsonl';
/** Beside it: what a status line is told, the first and the last of it. */
export const STATUS_FILE = 'status_lines.jsonl';

/** What the verb itself keeps to; whatever comes then was not written by it. */
const MAX_LINES = 20_000;

const schema = z.object({
  schema_version: z.literal('1'),
  at: z.iso.datetime(),
  token: z.string(),
  event: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
});

/** The hooks of one attempt's agent, in the order in which they were written. */
export class HookFile {
  readonly #lines: GrowingLines;
  readonly #status: GrowingLines;
  readonly #isOwnToken: (token: string) => boolean;
  #count = 0;

  constructor(signalDir: string, isOwnToken: (token: string) => boolean) {
    this.#lines = new GrowingLines(join(signalDir, HOOKS_FILE));
    this.#status = new GrowingLines(join(signalDir, STATUS_FILE));
    this.#isOwnToken = isOwnToken;
  }

  read(): { readonly hooks: readonly HookRecord[]; readonly more: boolean } {
    const status = this.#status.read();
    const { lines, more } = this.#lines.read();
    this.#count += lines.length;
    const isOver = this.#count > MAX_LINES;
    const hooks = [...(isOver ? [] : lines), ...status.lines].flatMap((line) => this.#parse(line) ?? []);
    return { hooks, more: (more && !isOver) || status.more };
  }

  /** Null for what nobody of ours has written. */
  #parse(line: string): HookRecord | null {
    const read = schema.safeParse(parseJson(line));
    if (!read.success || !this.#isOwnToken(read.data.token)) return null;
    const { at, event, data } = read.data;
    return { at: Date.parse(at), event, data };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The agent may write anything there.
    return null;
  }
}
