import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../steps/tools/exec.ts';
import { CLIENT_ENV } from '../steps/tools/tmux-session.ts';

/** Ends a tmux server that is ours alone, and is gone already where a run ended its only session; its socket stays. */
export async function endPrivateTmux(socket: string): Promise<void> {
  await exec('tmux', ['-L', socket, '-f', '/dev/null', 'kill-server'], { env: CLIENT_ENV, accept: [1] });
  const sockets = `tmux-${process.getuid?.()}`;
  rmSync(join(process.env.TMUX_TMPDIR || '/tmp', sockets, socket), { force: true });
}
