import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RAW_LOG } from './agent-log.ts';
import { watchFolder } from './tools/folder-watch.ts';

/** Tells that the agent of an attempt has printed something, by the log that tmux writes of it. */
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
    if (this.#folder === null) return 0;
    return statSync(join(this.#folder, RAW_LOG), { throwIfNoEntry: false })?.size ?? 0;
  }

  #look(): void {
    if (this.#told || this.size() === this.#size) return;
    this.#told = true;
    this.#onPrint();
  }
}

function isLog(name: string): boolean {
  return name === RAW_LOG;
}
