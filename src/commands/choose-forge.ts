import type { ForgeName } from '../core/graph/graph.ts';
import { type ChosenForge, LOCAL_FORGE } from '../steps/forges/forge.ts';
import { detectForge } from '../steps/github/remotes.ts';
import type { Git } from '../steps/tools/git.ts';

/** What is asked for, else what the repository's remote is. Throws `UserError`. */
export async function chooseForge(git: Git, asked: ForgeName | null): Promise<ChosenForge> {
  const found = await detectForge(git, asked);
  if (found.forge === 'local') return LOCAL_FORGE;
  return { name: 'gh', remote: found.remote, repository: found.repository };
}
