import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { PROGRAM, type Project } from './run-fixture.ts';

/** A person's terminal: the one window of a tmux server of their own, which is not the project's. */
export interface Desk {
  /** Opens it with a shell that runs this, and then says with what it ended. */
  open(command: string): void;
  type(...keys: string[]): void;
  /** What it shows, once that fits; the test's own time limit is the limit. */
  screen(fits: RegExp): Promise<string>;
  close(): void;
}

export function makeDesk({ env, repo }: Project): Desk {
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', 'person', '-f', '/dev/null', ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  return {
    open(command) {
      const size = ['-x', '150', '-y', '40'];
      tmux('new-session', '-d', '-s', 'desk', ...size, '-c', repo, `${command}; echo "left with $?"; exec cat`);
    },
    type: (...keys) => void tmux('send-keys', '-t', 'desk', ...keys),
    async screen(fits) {
      for (;;) {
        const shown = tmux('capture-pane', '-p', '-t', 'desk');
        if (fits.test(shown)) return shown;
        await delay(20);
      }
    },
    close() {
      try {
        tmux('kill-server');
      } catch {
        // It was never opened, or has ended by itself.
      }
    },
  };
}

/** The program, as a shell runs it. */
export function programText(...args: string[]): string {
  return [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
}
