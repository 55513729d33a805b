import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { AgentLaunchError } from '../../../core/errors.ts';
import { ensureFile } from '../../tools/atomic-file.ts';
import { isInside } from '../../tools/git-processes.ts';
import { gitDirOf } from '../../worktree-status.ts';
import { alternates } from '../bwrap/alternates.ts';
import type { GitPlace } from '../git-mounts.ts';
import { gitView, makeGitView } from '../git-view.ts';
import { type Mount, parseMounts } from '../mounts.ts';
import type { SandboxUse } from '../sandbox.ts';
import { commandMounts } from './commands.ts';
import { containerName } from './names.ts';

/** All that a container shows of this machine, at the same paths; a later one lies over an earlier. */
export function mountsOf(use: SandboxUse): Mount[] {
  const { cwd, signalDir, repository, commonDir, isolation, runtime } = use;
  const same = (path: string, readOnly: boolean): Mount => ({ source: path, target: path, readOnly });
  // A link in the worktree to what is not there would lead nowhere.
  const linked = runtime.task.link.map((path) => same(join(repository, path), true));
  const borrowed = alternates(join(commonDir, 'objects')).map((path) => same(path, true));
  const all = [
    same(cwd, false),
    same(signalDir, false),
    ...gitMountsOf(use),
    ...[...linked, ...borrowed].filter(({ source }) => existsSync(source)),
    ...commandMounts(use),
    ...parseMounts(isolation.mounts, homedir()),
  ];
  // An engine refuses two at one place.
  return [...new Map([...all, ...covers(all, use)].map((mount) => [mount.target, mount])).values()];
}

/** Git's own folders, behind a folder of the attempt that it may make its locks in. */
function gitMountsOf(use: SandboxUse): Mount[] {
  const view = gitView(gitPlace(use));
  // Out of the reach of what is in the container: it is mounted once more, and what is in it is removed.
  const made = join(use.runDirectory, 'container', 'git', containerName(use));
  makeGitView(view, made);
  return [
    { source: made, target: view.folder, readOnly: false },
    ...view.mounts.map(({ source, path, access }) => ({ source, target: path, readOnly: access === 'ro' })),
  ];
}

/** Nothing in place of each hidden file that one of the mounts would show. */
function covers(mounts: readonly Mount[], { hiddenFiles, runDirectory }: SandboxUse): Mount[] {
  const nothing = join(runDirectory, 'container', 'nothing');
  ensureFile(nothing, '');
  return hiddenFiles.filter(existsSync).flatMap((file) => {
    const around = mounts.filter(({ source }) => isInside(realpathSync(file), realpathSync(source)));
    return around.map(({ source, target }) => {
      return {
        source: nothing,
        target: join(target, relative(realpathSync(source), realpathSync(file))),
        readOnly: true,
      };
    });
  });
}

/** Where git keeps what belongs to the worktree of a command. */
export function gitPlace({ graph, cwd, commonDir }: SandboxUse): GitPlace {
  return { graph, worktree: cwd, gitDir: gitDirOf(cwd), commonDir };
}

/**
 * An engine would make a folder of what is not there, or say so in words of its own. Throws `AgentLaunchError`
 * `mount_missing`.
 */
export function requireMounts({ isolation }: SandboxUse): void {
  const missing = parseMounts(isolation.mounts, homedir()).find(({ source }) => !existsSync(source));
  if (missing === undefined) return;
  throw new AgentLaunchError('mount_missing', `there is no ${missing.source}, which the sandbox is to mount`);
}
