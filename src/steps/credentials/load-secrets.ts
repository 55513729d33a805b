import { missingCredentials } from '../../core/credentials/check-graph.ts';
import { UserError } from '../../core/errors.ts';
import type { Graph } from '../../core/graph/graph.ts';
import type { RunStore } from '../run-store.ts';
import { loadCredentials } from './read-credentials.ts';
import { RunSecrets } from './run-secrets.ts';

/**
 * What agents of a graph get of the credentials file (absolute; null for none). Throws `UserError` for a file that cannot be
 * used, and for what the graph asks for and does not get.
 */
export async function loadSecrets(graph: Graph, file: string | null): Promise<RunSecrets> {
  const credentials = file === null ? null : await loadCredentials(file);
  const missing = missingCredentials(graph, credentials);
  if (missing.length === 0) return new RunSecrets(credentials);
  throw new UserError(missing.join('\n'), {
    hint:
      credentials === null
        ? '-C FILE gives agents their credentials; docs/credentials.md shows one'
        : `a tier without variables is written as: ${'{}'}`,
  });
}

/** What is to be masked of a run, as it was last run. */
export async function secretsOfRun(store: RunStore, run: number, note: (why: string) => void): Promise<RunSecrets> {
  // Runs of earlier versions have no such setting.
  const { credentials = null } = store.readRecord(run).settings;
  return await knownSecrets(credentials, note);
}

/** The same for who only looks at a run, or ends it: without the file nothing is masked, and `note` hears why. */
export async function knownSecrets(file: string | null, note: (why: string) => void): Promise<RunSecrets> {
  if (file === null) return new RunSecrets(null);
  try {
    return new RunSecrets(await loadCredentials(file));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`secrets are not masked in what follows: ${error.message}`);
    return new RunSecrets(null);
  }
}
