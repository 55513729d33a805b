import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RAW_LOG, STREAM } from './agent-log.ts';
import { watchFolder } from './tools/folder-watch.ts';

/** Tells that the agent of an attempt has printed something, by the log of it that grows. */
export class AgentPrints {
  readonly #onPrint: () => void;
  #folder: string | null = null;
  #watcher: { close(): void } | null = null;
  #size = 0;
  #told = false;

  constructor(onPrint: () => void) {
    this.#onPrint = onPrint;
  }

  /** The folder of the attempt; null for nothing to follow. From here on the next print is told, once. */
  follow(folder: string | null): void {
    if (folder !== this.#folder) {
      this.#watcher?.close();
      this.#folder = folder;
      this.#watcher = folder === null ? null : watchFolder(folder, isLog, () => this.#look());
    }
    this.#told = false;
    this.#size = this.size();
  }

  /** Bytes of the log. */
  size(): number {
    const folder = this.#folder;
    if (folder === null) return 0;
    const sizes = LOGS.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
    return Math.max(...sizes);
  }

  #look(): void {
    if (this.#told || this.size() === this.#size) return;
    this.#told = true;
    this.#onPrint();
  }
}

/** An agent has one of them. */
const LOGS: readonly string[] = [RAW_LOG, STREAM];

function isLog(name: string): boolean {
  return LOGS.includes(name);
}
