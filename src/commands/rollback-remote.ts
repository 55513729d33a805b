import { forgeOfRun, LOCAL_FORGE } from '../steps/forges/forge.ts';
import type { Repository } from '../steps/preflight.ts';
import type { RollbackPlace } from '../steps/rollback/apply.ts';
import type { RunStore } from '../steps/run-store.ts';
import type { Git } from '../steps/tools/git.ts';

/**
 * What a rollback of a run works on; `tell` takes what a person is to know of GitHub. For a run that git alone merges
 * nothing of GitHub is loaded.
 */
export async function rollbackPlaceOf(
  { git, repository, store, run }: { git: Git; repository: Repository; store: RunStore; run: number },
  tell: (note: string) => void,
): Promise<RollbackPlace> {
  const place = { git, commonDir: repository.commonDir, run };
  const forge = forgeOfRun(store.readRecord(run).forge ?? LOCAL_FORGE, store.runDirectory(run));
  if (forge.name === 'local') return { ...place, remote: null };
  const { RemoteSide } = await import('../steps/rollback/remote-side.ts');
  return { ...place, remote: new RemoteSide({ forge, git, tell }) };
}
