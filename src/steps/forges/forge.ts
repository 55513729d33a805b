import { join } from 'node:path';
import type { RemoteRepository } from '../github/repository.ts';

/** Where the branches of a run are merged: by git alone, or by pull requests of the repository behind a remote. */
export type ChosenForge =
  | { readonly name: 'local' }
  | {
      readonly name: 'gh';
      /** Such as `origin`. */
      readonly remote: string;
      readonly repository: RemoteRepository;
    };

export type GhForge = Extract<ChosenForge, { name: 'gh' }> & {
  /** Where gh keeps what it remembers; absolute, and of one run alone. */
  readonly cacheFolder: string;
};

/** The forge of one run. */
export type Forge = Extract<ChosenForge, { name: 'local' }> | GhForge;

export const LOCAL_FORGE = { name: 'local' } as const;

export function forgeOfRun(forge: ChosenForge, runDirectory: string): Forge {
  return forge.name === 'local' ? forge : { ...forge, cacheFolder: join(runDirectory, 'gh') };
}
