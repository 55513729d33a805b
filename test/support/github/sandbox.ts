import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commitInBare } from './bare-commit.ts';
import { BareRepository } from './bare-repository.ts';
import { HOOK, protection, sshShim } from './git-transport.ts';
import { GitHubApi, TOKEN } from './github-api.ts';
import { HostedRepository } from './hosted-repository.ts';
import { serve } from './server.ts';

export interface SandboxOptions {
  /** `github.com` by default; any other name is an Enterprise server. */
  readonly host?: string;
  /** How the remote of a clone is stored; git goes through the ssh shim in both. */
  readonly remote?: 'ssh' | 'https';
  /** Null: not logged in. */
  readonly token?: string | null;
  /** Where the token is: in the environment by default, or in gh's own file as after `gh auth login`. */
  readonly login?: 'environment' | 'file';
  /** A repository whose `main` is the first one of `acme/widgets`; else it begins with one commit. */
  readonly from?: string;
}

/** What a remote's URL is, and where its commits are. */
export interface SandboxRepository {
  readonly url: string;
  readonly bare: string;
}

/** A GitHub of one's own for real `gh` and real `git`, without a network. */
export interface GitHubSandbox {
  readonly api: GitHubApi;
  readonly folder: string;
  /** The bare repository of `acme/widgets`, and its remote URL. */
  readonly bare: string;
  readonly url: string;
  /** To be added to a process' environment; what is undefined must not be in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  addRepository(nameWithOwner: string): SandboxRepository;
  /** A new clone of a repository, with a committer; its folder. */
  clone(nameWithOwner?: string): string;
  /** A commit on a branch of `acme/widgets`, in the bare repository itself; a new branch begins at `from` (main). */
  commit(
    branch: string,
    files: Readonly<Record<string, string>>,
    options?: { from?: string; message?: string },
  ): string;
  /** Runs git in a folder with the sandbox's environment; its output. */
  git(folder: string, ...args: string[]): string;
  /** Pushes are refused with this message from now on, as ssh says it; null allows them again. */
  refusePushes(message: string | null): void;
  /** Pushes to this branch of `acme/widgets` are refused as GitHub refuses them for a protected one. */
  protectBranch(branch: string): void;
  /** The next push is done, but its answer is lost. */
  loseNextPush(nameWithOwner?: string): void;
  close(): Promise<void>;
}

const IDENTITY = '[user]\n\tname = A Person\n\temail = person@example.com\n';

export async function githubSandbox(options: SandboxOptions = {}): Promise<GitHubSandbox> {
  const host = options.host ?? 'github.com';
  // A socket's path has room for 107 bytes: the system's temporary folder may have a longer name.
  const folder = realpathSync(mkdtempSync('/tmp/gh-'));
  const api = new GitHubApi(host);
  const env = environment(folder, options);
  writeSettings(folder, { ...options, host });
  const stop = await serve(api, join(folder, 's'));
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' }).trim();
  const bareOf = (nameWithOwner: string) => join(folder, 'repos', `${nameWithOwner}.git`);
  const urlOf = (nameWithOwner: string) =>
    options.remote === 'https' ? `https://${host}/${nameWithOwner}.git` : `git@${host}:${nameWithOwner}.git`;
  const addRepository = (nameWithOwner: string, from?: string): SandboxRepository => {
    const bare = bareOf(nameWithOwner);
    makeBare(bare, { git, from });
    api.add(new HostedRepository(nameWithOwner, new BareRepository(bare)));
    return { url: urlOf(nameWithOwner), bare };
  };
  const { bare, url } = addRepository('acme/widgets', options.from);
  let clones = 0;
  return {
    api,
    folder,
    bare,
    url,
    env,
    addRepository: (nameWithOwner) => addRepository(nameWithOwner),
    clone(nameWithOwner = 'acme/widgets') {
      clones += 1;
      const path = join(folder, `clone-${clones}`);
      git(folder, 'clone', '-q', '--template=', urlOf(nameWithOwner), path);
      return path;
    },
    commit: (branch, files, how) => commitInBare(bare, branch, files, how),
    git,
    refusePushes(message) {
      const file = join(folder, 'refuse-push');
      if (message === null) rmSync(file, { force: true });
      else writeFileSync(file, `${message}\n`);
    },
    protectBranch: (branch) => writeFileSync(join(bare, 'hooks/update'), protection(branch), { mode: 0o755 }),
    loseNextPush: (nameWithOwner = 'acme/widgets') => writeFileSync(join(bareOf(nameWithOwner), 'lose-answer'), ''),
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function environment(folder: string, { host, login, token = TOKEN }: SandboxOptions) {
  const isEnterprise = host !== undefined && host !== 'github.com';
  const shown = login === 'file' ? undefined : (token ?? undefined);
  const nowhere = 'http://127.0.0.1:9';
  const at = (name: string) => join(folder, name);
  return {
    GH_CONFIG_DIR: at('gh'),
    GH_TOKEN: isEnterprise ? undefined : shown,
    GH_ENTERPRISE_TOKEN: isEnterprise ? shown : undefined,
    GH_NO_UPDATE_NOTIFIER: '1',
    HOME: at('home'),
    TMPDIR: at('t'),
    // Our programs are the same in every sandbox.
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    XDG_CACHE_HOME: at('home/.cache'),
    XDG_STATE_HOME: at('home/.local/state'),
    XDG_DATA_HOME: at('home/.local/share'),
    XDG_CONFIG_HOME: at('home/.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: at('home/.gitconfig'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: at('ssh'),
    GIT_SSH_VARIANT: 'ssh',
    // What loses its way to the socket meets a dead end, never the internet.
    HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere,
    https_proxy: nowhere,
    http_proxy: nowhere,
    NO_PROXY: '',
    no_proxy: '',
    ALL_PROXY: undefined,
    all_proxy: undefined,
    GITHUB_TOKEN: undefined,
    GITHUB_ENTERPRISE_TOKEN: undefined,
    GH_HOST: undefined,
    GH_REPO: undefined,
    GH_DEBUG: undefined,
    GH_FORCE_TTY: undefined,
    GH_PATH: undefined,
    CLICOLOR_FORCE: undefined,
  };
}

function writeSettings(folder: string, options: SandboxOptions & { readonly host: string }): void {
  const { host, login, remote = 'ssh', token = TOKEN } = options;
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  };
  mkdirSync(join(folder, 't'));
  const settings = ['version: "1"', `git_protocol: ${remote}`, 'prompt: disabled', 'pager: cat'];
  write('gh/config.yml', `${settings.join('\n')}\nhttp_unix_socket: ${join(folder, 's')}\n`);
  // Of hosts other than github.com gh takes notice only when they are listed.
  const secret = login === 'file' && token !== null ? `    oauth_token: ${token}\n` : '';
  if (token !== null) write('gh/hosts.yml', `${host}:\n    user: octocat\n    git_protocol: ${remote}\n${secret}`);
  const instead = remote === 'https' ? `[url "git@${host}:"]\n\tinsteadOf = https://${host}/\n` : '';
  write('home/.gitconfig', `${IDENTITY}[init]\n\tdefaultBranch = main\n${instead}`);
  write('ssh', sshShim(folder, host));
  chmodSync(join(folder, 'ssh'), 0o755);
}

function makeBare(
  bare: string,
  { git, from }: { git: (cwd: string, ...args: string[]) => string; from?: string | undefined },
): void {
  mkdirSync(bare, { recursive: true });
  git(bare, 'init', '-q', '--bare', '-b', 'main', '--template=');
  for (const [key, value] of [
    ['gc.auto', '0'],
    ['receive.autogc', 'false'],
    ['maintenance.auto', 'false'],
  ] as const) {
    git(bare, 'config', key, value);
  }
  if (from !== undefined) git(bare, 'fetch', '-q', from, '+refs/heads/*:refs/heads/*');
  else {
    const tree = git(bare, 'write-tree');
    git(bare, 'update-ref', 'refs/heads/main', git(bare, 'commit-tree', tree, '-m', 'begin'));
  }
  writeFileSync(join(bare, 'pushes'), '');
  mkdirSync(join(bare, 'hooks'));
  writeFileSync(join(bare, 'hooks/post-receive'), HOOK, { mode: 0o755 });
}
