import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { type GitHubApi, TOKEN } from './github/github-api.ts';
import type { PullRequest } from './github/pull-request.ts';
import type { RepositoryControl } from './github/repository-control.ts';
import { type GitHubSandbox, githubSandbox, type SandboxOptions } from './github/sandbox.ts';
import { type Finished, type Live, makeProject, type Project, SOCKET } from './run-fixture.ts';

export interface GitHubProjectOptions extends SandboxOptions {
  /** Name of the graph; `g` by default. */
  readonly graph?: string;
  /** In the first commit of `main`, beside the README. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What an event is, with what all of its kind have. */
export type Told<K extends EventKind> = FactOf<K> & { readonly seq: number };

/** A project whose origin is `acme/widgets` on a GitHub of its own. */
export interface GitHubProject extends Omit<Project, 'remove'> {
  readonly box: GitHubSandbox;
  readonly api: GitHubApi;
  /** `acme/widgets`, as a person in the browser has it. */
  readonly hosted: RepositoryControl;
  /** A task whose agent runs this script. */
  task(id: string, script: string, more?: object): object;
  /** `agentrelay run` on the project's tmux server. */
  relay(graph: string, ...flags: string[]): Promise<Finished>;
  /** The same, while it goes on; prints events. */
  relayLive(graph: string, ...flags: string[]): Live;
  /** Lets agents go on that wait for this file: `wait_for "$HOME/NAME"`. */
  release(name: string, content?: string): void;
  /** Events of a kind in the first run of the graph; of one task or lane where it is named. */
  told<K extends EventKind>(kind: K, id?: string): Told<K>[];
  /** Git in the bare repository. */
  remote(...args: string[]): string;
  /** Branches of the bare repository, by name. */
  branches(): Record<string, string>;
  /** Subjects of a branch's first parents since `main` began, the oldest first. */
  line(branch: string): string[];
  pulls(): Promise<readonly Readonly<PullRequest>[]>;
  /** The pull request with this head branch; the last, where there are several. */
  pullOf(head: string): Promise<Readonly<PullRequest>>;
}

/**
 * Runs `work` on a project of its own, which is gone after it. Then the API must have understood all that it was asked,
 * both repositories must be sound, and the token must be nowhere.
 */
export async function onGitHub(
  work: (project: GitHubProject) => Promise<void>,
  options: GitHubProjectOptions = {},
): Promise<void> {
  const local = makeProject();
  // Also of a test that is out of time, and goes on to wait.
  onTestFinished(() => local.remove());
  for (const [name, text] of Object.entries(options.files ?? {})) local.write(join('repo', name), text);
  if (options.files !== undefined) {
    local.git('add', '-A');
    local.git('commit', '-qm', 'give it files');
  }
  const box = await githubSandbox({ ...options, from: local.repo });
  onTestFinished(() => box.close());
  const outputs: Promise<Finished>[] = [];
  await work(joined(local, box, { outputs, graph: options.graph ?? 'g' }));
  await expectSound(local, box, outputs);
}

function joined(
  local: Project,
  box: GitHubSandbox,
  { outputs, graph }: { readonly outputs: Promise<Finished>[]; readonly graph: string },
): GitHubProject {
  takeEnvironment(local, box);
  local.git('remote', 'add', 'origin', box.url);
  const begin = local.git('rev-parse', 'main');
  const start = (...args: string[]) => {
    const live = local.start(...args);
    outputs.push(live.ended);
    return live;
  };
  const hosted = box.api.repo();
  const remote = (...args: string[]) => box.git(box.bare, ...args);
  return {
    ...local,
    box,
    api: box.api,
    hosted,
    start,
    remote,
    run: (...args) => start(...args).ended,
    relay: (file, ...flags) => start('run', file, '-L', SOCKET, ...flags).ended,
    relayLive: (file, ...flags) => start('run', file, '-L', SOCKET, '--json', ...flags),
    release(name, content = '') {
      // Whoever waits for it must not find it half written.
      renameSync(local.write(`${name}.draft`, content), join(local.folder, name));
    },
    task: (id, script, more = {}) => ({
      id,
      primary_agent: { framework: 'command', command: local.agent(id, script) },
      ...more,
    }),
    told: (kind, id) => told(local.journal(graph), kind, id),
    branches: () => refsIn(remote('for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads')),
    line: (branch) => {
      const log = remote('log', '--first-parent', '--reverse', '--format=%s', `${begin}..${branch}`);
      return log === '' ? [] : log.split('\n');
    },
    pulls: () => hosted.pullRequests(),
    async pullOf(head) {
      const pull = (await hosted.pullRequests()).findLast(({ headBranch }) => headBranch === head);
      if (pull === undefined) throw new Error(`no pull request of ${head}`);
      return pull;
    },
  };
}

/** The project's home stays, for agents wait for files in it; all that `gh` is started with is written down. */
function takeEnvironment({ folder, env, write }: Project, { env: theirs }: GitHubSandbox): void {
  const { HOME: _, ...rest } = theirs;
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  const gh = execFileSync('sh', ['-c', 'command -v gh'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${join(folder, 'gh-argv')}'\nexec '${gh}' "$@"\n`;
  execFileSync('chmod', ['755', write('bin/gh', script)]);
  env.PATH = `${join(folder, 'bin')}:${env.PATH}`;
}

async function expectSound(local: Project, box: GitHubSandbox, outputs: Promise<Finished>[]): Promise<void> {
  expect(box.api.problems()).toEqual([]);
  for (const folder of [box.bare, local.repo]) box.git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress');
  for (const { stdout, stderr } of await Promise.all(outputs)) expect(`${stdout}${stderr}`).not.toContain(TOKEN);
  expect(filesWith(TOKEN, local.folder)).toBe('');
}

/** Names of files; of journals, logs, signals, argv of gh, and all else that is written. */
function filesWith(text: string, folder: string): string {
  const found = execFileSync('sh', ['-c', 'grep -rlF -D skip -- "$1" "$2" || [ $? = 1 ]', 'sh', text, folder]);
  return found.toString();
}

function told<K extends EventKind>(events: readonly RunEvent[], kind: K, id?: string): Told<K>[] {
  const isOf = (event: object) =>
    id === undefined || ('task' in event && event.task === id) || ('workstream' in event && event.workstream === id);
  return events.filter((event) => event.kind === kind && isOf(event)) as unknown as Told<K>[];
}

function refsIn(output: string): Record<string, string> {
  const lines = output.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]));
}
