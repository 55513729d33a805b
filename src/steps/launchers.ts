import { join } from 'node:path';
import { ensureFile, makeFolder, readIfThere } from './tools/atomic-file.ts';
import { quoteForShell } from './tools/tmux-parse.ts';

/** The agent-side commands: `agentrelay-<verb>` on the agent's PATH. */
export const AGENT_VERBS = [
  'complete',
  'complete-no-pr',
  'failed',
  'concern',
  'ops-concern',
  'summary',
  'declare',
  'attention',
  'hook',
] as const;

export interface LauncherTarget {
  /** Absolute path of the Node that the owner runs on. */
  readonly node: string;
  /** Absolute path of the script that takes a verb and its flags. */
  readonly agentScript: string;
}

/** Makes the `agentrelay-*` commands in `binDirectory`; does nothing where they are right already. */
export function writeLaunchers(binDirectory: string, target: LauncherTarget): void {
  makeFolder(binDirectory);
  for (const verb of AGENT_VERBS) {
    const command = `exec ${quoteForShell(target.node)} ${quoteForShell(target.agentScript)} ${verb} "$@"`;
    ensureFile(join(binDirectory, `agentrelay-${verb}`), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  }
}

/** What the `agentrelay-*` commands in `binDirectory` run on; null where there are none. */
export function readLauncherTarget(binDirectory: string): LauncherTarget | null {
  const text = readIfThere(join(binDirectory, `agentrelay-${AGENT_VERBS[0]}`)) ?? '';
  const [, node, agentScript] = /^exec ('.*') ('.*') \S+ "\$@"$/m.exec(text) ?? [];
  if (node === undefined || agentScript === undefined) return null;
  return { node: unquoted(node), agentScript: unquoted(agentScript) };
}

function unquoted(word: string): string {
  return word.slice(1, -1).replaceAll("'\\''", "'");
}
