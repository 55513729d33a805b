import { hashOf } from './attempt-tokens.ts';
import { taggedPanes } from './tagged-panes.ts';
import { readIfThere } from './tools/atomic-file.ts';

/**
 * Tasks of a run whose agents are alive, on every server that may have some. By the hashes of tokens in the text of the
 * journal, which may be damaged.
 */
export async function agentsAtWork(servers: readonly (readonly string[])[], journalFile: string): Promise<string[]> {
  const text = readIfThere(journalFile) ?? '';
  const hashes = new Set([...text.matchAll(/"token_hash":"([0-9a-f]{64})"/g)].map(([, hash]) => hash));
  if (hashes.size === 0) return [];
  const panes = (await Promise.all(servers.map(taggedPanes))).flat();
  return panes.flatMap(({ of, dead }) =>
    of.kind === 'agent' && !dead && hashes.has(hashOf(of.tag.token)) ? [of.tag.task] : [],
  );
}
