import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError } from '../core/event-log.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { reportLate } from './late-report.ts';
import { watchFolder } from './tools/folder-watch.ts';

const SIGNALS = ['.done', '.failed'] as const;

/** Attempts that were lost with their places, whose agents may go on: what they signal is told, and counts for nothing. */
export class LateSignals {
  readonly #watchers = new Set<{ close(): void }>();

  /** Until it has signalled, or all is closed. */
  follow(runtime: TaskRuntime): void {
    const folder = runtime.require('signalDir');
    const look = () => {
      const name = SIGNALS.find((signal) => existsSync(join(folder, signal)));
      if (name === undefined || !this.#watchers.delete(watcher)) return;
      watcher.close();
      tell(runtime, name);
    };
    const watcher = watchFolder(folder, (name) => SIGNALS.some((signal) => signal === name), look);
    this.#watchers.add(watcher);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers.clear();
  }
}

function tell(runtime: TaskRuntime, file: (typeof SIGNALS)[number]): void {
  try {
    reportLate(runtime, { kind: 'task_signal_ignored', file, reason: 'not_awaited' });
  } catch (error) {
    // The log has told the owner already, which ends.
    if (!(error instanceof JournalError)) throw error;
  }
}
