import { exec, ToolError } from '../tools/exec.ts';
import { quoteForShell } from '../tools/tmux-parse.ts';
import { CLIENT_ENV, emptySession } from '../tools/tmux-session.ts';
import { type Finding, warn } from './finding.ts';

/** Sessions that were made for agents, and hold none any more. */
export async function sessionFindings(servers: readonly (readonly string[])[]): Promise<Finding[]> {
  const found = await Promise.all(
    servers.map(async (server) => {
      const sessions = await noneWithoutTmux(leftSessions(server));
      return sessions.map((session) => {
        const words = ['tmux', ...server, 'kill-session', '-t', `=${session}`];
        const command = words.map((word) => (/^[\w./-]+$/.test(word) ? word : quoteForShell(word))).join(' ');
        return warn('tmux', `session ${session} is empty, and was made for agents`, command);
      });
    }),
  );
  return found.flat();
}

async function leftSessions(server: readonly string[]): Promise<string[]> {
  // The condition holds for whichever session it is asked of.
  const { condition } = emptySession('', 0);
  const args = [...server, '-N', 'list-sessions', '-F', '#{session_name}', '-f', condition];
  const { stdout } = await exec('tmux', args, { env: CLIENT_ENV, timeout: 10_000, accept: [1] });
  return stdout.split('\n').filter((name) => name !== '');
}

/** Where tmux is missing, or gives no answer, nothing is there to be told of. */
export async function noneWithoutTmux<T>(work: Promise<T[]>): Promise<T[]> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}
