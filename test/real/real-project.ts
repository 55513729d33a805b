import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeProject, type Project } from '../support/run-fixture.ts';
import type { Program } from './programs.ts';
import { type Provider, startProvider } from './provider/server.ts';

/** A project whose home is that of a person who has set these programs up. */
export interface RealProject extends Project {
  readonly provider: Provider;
  close(): Promise<void>;
}

/** `limit`: milliseconds for which a limit of the provider lasts. */
export async function makeRealProject(programs: readonly Program[], { limit = 60_000 } = {}): Promise<RealProject> {
  const project = makeProject();
  const provider = await startProvider({ limit });
  for (const { env, files } of programs) {
    Object.assign(project.env, env(provider.url));
    for (const [name, text] of Object.entries(files(provider.url))) {
      const path = join(project.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  return {
    ...project,
    provider,
    async close() {
      project.remove();
      await provider.close();
    },
  };
}
