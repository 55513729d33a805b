import { join } from 'node:path';
import { wasLaunched } from '../../agent-wrapper.ts';
import { readUnlinked, writeFileAtomic } from '../../tools/atomic-file.ts';
import { type Begun, readBegun } from './begun.ts';
import { makeOwnFolder } from './own-folder.ts';

/** In the attempt's signal directory: a folder for each turn of an agent that is started anew for each prompt. */
const TURNS = 'turns';
const PROMPT_FILE = 'prompt.txt';

/** One prompt of an agent, and the process that works on it. */
export interface Turn {
  /** From 1. */
  readonly number: number;
  /** Absolute; the wrapper leaves its traces here. */
  readonly folder: string;
  readonly prompt: string;
  /** Null for one that nobody has tried to start. */
  readonly begun: Begun | null;
  /** Its process runs, or has run. */
  readonly launched: boolean;
}

/**
 * The turns of an agent, in order, on the disk: whoever owns the run next finds which of them have run, which one runs,
 * and which are still to come. Nothing is started but through the wrapper, which starts nothing twice.
 */
export class TurnFiles {
  readonly #folder: string;

  constructor(signalDir: string) {
    this.#folder = join(signalDir, TURNS);
  }

  list(): Turn[] {
    const turns: Turn[] = [];
    for (let turn = this.#read(1); turn !== null; turn = this.#read(turn.number + 1)) turns.push(turn);
    return turns;
  }

  /** The turn that runs, or was the last to run; null before the first. */
  last(): Turn | null {
    return this.list().findLast(({ launched }) => launched) ?? null;
  }

  /** The next that nobody has started; null for none. */
  next(): Turn | null {
    return this.list().find(({ launched }) => !launched) ?? null;
  }

  /** From here on the prompt is not lost. Throws `FileError`. */
  add(prompt: string): Turn {
    const number = this.list().length + 1;
    const folder = join(this.#folder, String(number));
    for (const path of [this.#folder, folder]) makeOwnFolder(path);
    writeFileAtomic(join(folder, PROMPT_FILE), prompt, { mode: 0o600 });
    return { number, folder, prompt, begun: null, launched: false };
  }

  #read(number: number): Turn | null {
    const folder = join(this.#folder, String(number));
    const prompt = readUnlinked(join(folder, PROMPT_FILE));
    if (prompt === null) return null;
    return { number, folder, prompt, begun: readBegun(folder), launched: wasLaunched(folder) };
  }
}
