import { chmodSync, mkdirSync, statSync } from 'node:fs';

/**
 * What is changed in our environment for gh: the person's login stays, and nothing of what they have set for themselves
 * makes gh ask, decorate, tell headers, or take another repository or host. What it keeps goes into `cacheFolder`.
 */
export function ghEnvironment(cacheFolder: string): Record<string, string | undefined> {
  return {
    ...OURS,
    // Old ones keep their answers below the first, new ones below the second.
    TMPDIR: cacheFolder,
    XDG_CACHE_HOME: cacheFolder,
  };
}

const OURS: Readonly<Record<string, string | undefined>> = {
  GH_PROMPT_DISABLED: '1',
  GH_NO_UPDATE_NOTIFIER: '1',
  GH_NO_EXTENSION_UPDATE_NOTIFIER: '1',
  GH_SPINNER_DISABLED: '1',
  GH_PAGER: 'cat',
  NO_COLOR: '1',
  CLICOLOR: '0',
  CLICOLOR_FORCE: undefined,
  GH_FORCE_TTY: undefined,
  TERM: 'dumb',
  LC_ALL: 'C',
  // They make gh print what it sends, with the token's header.
  GH_DEBUG: undefined,
  DEBUG: undefined,
  GH_REPO: undefined,
  GH_HOST: undefined,
  // Whoever started us may have been a hook of git.
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
};

/** Makes the folder that gh keeps answers in; nobody else may read or write it. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if ((statSync(path).mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}
