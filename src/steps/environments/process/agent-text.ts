import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writing } from '../../tools/file-error.ts';
import { passedStream } from '../../tools/lean-heap.ts';
import { openUnlinked } from '../../tools/open-unlinked.ts';
import type { ToLines } from './stream-text.ts';

export interface AgentText {
  /** Absolute, as the one below: all that the agent has printed. */
  readonly stream: string;
  readonly toLines: ToLines;
  /** What it was told, and where in its stream. */
  readonly prompts: readonly { readonly from: number; readonly prompt: string }[];
  /** Null where it is in the stream. */
  readonly stderr: string | null;
  readonly plain: ToLines;
}

const HALF = 32 * 1024 * 1024;
const CHUNK = 256 * 1024;
/** Bytes of a line that is shown as a whole. */
const MAX_LINE = 8 * 1024 * 1024;
const LEFT_OUT = '\n[agentrelay: output left out]\n';

/**
 * Writes what an agent has printed as people read it, with what it was told; of more than 64 MiB the first half and the
 * last. Throws `FileError` when the disk says no.
 */
export async function writeAgentText(path: string, text: AgentText): Promise<void> {
  const temporary = join(dirname(path), `.tmp-agent-text-${process.pid}`);
  rmSync(temporary, { force: true });
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  const file = writing(temporary, () => openSync(temporary, O_RDWR | O_CREAT | O_EXCL, 0o600));
  try {
    fchmodSync(file, 0o600);
    for (const lines of piecesOf(text)) {
      if (lines.length > 0) writing(path, () => writeSync(file, `${lines.join('\n')}\n`));
      await nextTurn();
    }
    writing(path, () => cutMiddle(file));
    writing(path, () => renameSync(temporary, path));
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
}

function* piecesOf({ stream, toLines, prompts, stderr, plain }: AgentText): Generator<string[]> {
  let from = 0;
  for (const { from: to, prompt } of prompts) {
    yield* linesBetween(stream, toLines, from, to);
    yield [`> ${prompt.replaceAll('\n', '\n  ')}`];
    from = Math.max(from, to);
  }
  yield* linesBetween(stream, toLines, from, Number.POSITIVE_INFINITY);
  if (stderr === null) return;
  let isFirst = true;
  for (const lines of linesBetween(stderr, plain, 0, Number.POSITIVE_INFINITY)) {
    yield isFirst ? ['[standard error]', ...lines] : lines;
    isFirst = false;
  }
}

/** Nothing of a file that is not there. */
function* linesBetween(path: string, toLines: ToLines, from: number, to: number): Generator<string[]> {
  const file = openUnlinked(path);
  if (file === null) return;
  let buffer = Buffer.alloc(CHUNK);
  let kept = 0;
  try {
    for (let at = from; at < to; ) {
      if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
      const length = readSync(file, buffer, kept, Math.min(buffer.length - kept, to - at), at);
      if (length === 0) break;
      at += length;
      kept += length;
      passedStream(length);
      const whole = kept >= MAX_LINE ? kept : buffer.lastIndexOf(0x0a, kept - 1) + 1;
      if (whole > 0) yield toLines(buffer.subarray(0, whole));
      buffer.copy(buffer, 0, whole, kept);
      kept -= whole;
    }
    if (kept > 0) yield toLines(buffer.subarray(0, kept));
  } finally {
    closeSync(file);
  }
}

/** In place, from the front: what is copied always lies behind where it goes. */
function cutMiddle(file: number): void {
  const size = fstatSync(file).size;
  if (size <= 2 * HALF + LEFT_OUT.length) return;
  let to = HALF + writeSync(file, LEFT_OUT, HALF);
  const chunk = Buffer.alloc(CHUNK);
  for (let at = size - HALF; at < size; ) {
    const length = readSync(file, chunk, 0, CHUNK, at);
    if (length === 0) break;
    writeSync(file, chunk, 0, length, to);
    at += length;
    to += length;
  }
  ftruncateSync(file, to);
}
