import { homedir } from 'node:os';
import { join } from 'node:path';
import { readTextFile } from '../tools/text-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a host is GitHub's, or one that the person uses gh with. No token is read. */
export async function isGitHubHost(host: string, env: Environment = process.env): Promise<boolean> {
  const name = host.toLowerCase();
  if (name === 'github.com' || name === 'github.localhost' || name.endsWith('.ghe.com')) return true;
  if (name === env.GH_HOST?.toLowerCase()) return true;
  return (await loggedInHosts(env)).includes(name);
}

/** The hosts that gh has an account on, by its own file. */
async function loggedInHosts(env: Environment): Promise<string[]> {
  const text = await readTextFile(join(ghFolder(env), 'hosts.yml'), 'file of gh');
  return typeof text === 'string' ? topLevelKeys(text) : [];
}

function ghFolder(env: Environment): string {
  if (env.GH_CONFIG_DIR) return env.GH_CONFIG_DIR;
  if (env.XDG_CONFIG_HOME) return join(env.XDG_CONFIG_HOME, 'gh');
  return join(env.HOME || homedir(), '.config', 'gh');
}

/** Only the keys: what stands below them is secret. */
function topLevelKeys(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap(
    (line) => /^["']?([A-Za-z0-9][A-Za-z0-9.-]*)["']?:\s*(?:#.*)?$/.exec(line)?.[1]?.toLowerCase() ?? [],
  );
}
