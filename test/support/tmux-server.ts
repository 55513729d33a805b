import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../../src/steps/tools/exec.ts';

/** A tmux server of the test's own, which starts with the first session and must be ended. */
export interface PrivateTmux {
  readonly socket: string;
  /** Runs one tmux command as a process; its output. */
  run(...args: string[]): Promise<string>;
  end(): Promise<void>;
}

export function privateTmux(): PrivateTmux {
  const socket = `agentrelay-test-${randomUUID()}`;
  // -u: without a UTF-8 locale tmux would replace what it prints.
  const run = async (...args: string[]) =>
    (await exec('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], { accept: [1] })).stdout;
  return {
    socket,
    run,
    async end() {
      await run('kill-server');
      rmSync(join(process.env.TMUX_TMPDIR ?? '/tmp', `tmux-${process.getuid?.()}`, socket), { force: true });
    },
  };
}
