import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../tools/exec.ts';
import { gitConfigVariables } from './git-config-variables.ts';
import { installPushGuard, OWN_BRANCH_VARIABLE, pushGuardSettings } from './push-guard.ts';
import type { SandboxUse } from './sandbox.ts';

/** What would change what all worktrees share; each would fail in the middle of something else. */
const NO_HOUSEKEEPING = {
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'rerere.enabled': 'false',
  'fetch.prune': 'false',
  'fetch.pruneTags': 'false',
};

/** How git is to be used in a sandbox, where the person's own settings are not. */
export class SandboxedGit {
  readonly #identities = new Map<string, Readonly<Record<string, string>>>();

  /** To be called before the first `env` of a repository. */
  async prepare(use: SandboxUse): Promise<void> {
    installPushGuard(use);
    this.#identities.set(use.repository, await identity(use.repository));
  }

  /** Its variables: who commits, the guard of pushes, and no housekeeping. */
  env(use: SandboxUse): Record<string, string> {
    const settings = {
      ...NO_HOUSEKEEPING,
      ...remoteSettings(use.commonDir),
      ...this.#identities.get(use.repository),
      ...pushGuardSettings(use.runDirectory),
    };
    const branch = use.runtime.state.branchName ?? '';
    return { [OWN_BRANCH_VARIABLE]: branch, ...gitConfigVariables(settings, { ...process.env, ...use.env }) };
  }
}

/** As it is outside: the settings of a person are out of sight in a sandbox. */
async function identity(repository: string): Promise<Record<string, string>> {
  const { stdout, exitCode } = await exec('git', ['var', 'GIT_AUTHOR_IDENT'], { cwd: repository, accept: [0, 128] });
  const [, name, email] = /^(.*) <(.*)> \d+ [+-]\d+$/.exec(exitCode === 0 ? stdout : '') ?? [];
  return name === undefined || email === undefined ? {} : { 'user.name': name, 'user.email': email };
}

/** Tags belong to all worktrees: a fetch that brings new ones along would fail. */
function remoteSettings(commonDir: string): Record<string, string> {
  const config = readFileSync(join(commonDir, 'config'), 'utf8');
  const names = [...config.matchAll(/^\s*\[remote "((?:[^"\\\n]|\\.)+)"\]/gm)].map(([, name = '']) =>
    name.replace(/\\(.)/g, '$1'),
  );
  return Object.fromEntries(
    names.flatMap((name) => [
      [`remote.${name}.tagOpt`, '--no-tags'],
      [`remote.${name}.prune`, 'false'],
    ]),
  );
}
