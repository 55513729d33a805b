import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type Pushed, pushBranch } from '../../../src/agent/github/push.ts';
import { RemoteCommands } from '../../../src/agent/github/remote.ts';
import { Refusal } from '../../../src/agent/refusal.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { AttemptFixture, BRANCH, INTEGRATION_BRANCH } from '../attempt-fixture.ts';

interface RemoteCommit {
  readonly subject: string;
  /** The branch as it is there unless told. */
  readonly parents?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly tree?: string;
}

/** A task's worktree whose `origin` is a bare repository beside it, which has the integration branch. */
export class RemoteFixture extends AttemptFixture {
  readonly bare = join(this.root, 'bare.git');
  /** What was waited for, in milliseconds; it took no time. */
  readonly waits: number[] = [];
  readonly attempt = { signalDir: this.signalDir, attempt: 2, branch: BRANCH, integrationBranch: INTEGRATION_BRANCH };
  readonly clock: Clock = {
    now: Date.now,
    sleep: async (milliseconds) => void this.waits.push(milliseconds),
    random: () => 0.5,
  };

  constructor() {
    super();
    this.git(['init', '-q', '--bare', '--template=', this.bare], this.root);
    // By hand: a process for each would take longer than most tests.
    const objects = join(this.repository, '.git/objects');
    mkdirSync(join(this.bare, 'objects/info'), { recursive: true });
    writeFileSync(join(this.bare, 'objects/info/alternates'), `${objects}\n`);
    const tip = join(this.bare, 'refs/heads', INTEGRATION_BRANCH);
    mkdirSync(dirname(tip), { recursive: true });
    cpSync(join(this.repository, '.git/refs/heads', INTEGRATION_BRANCH), tip);
    appendFileSync(join(this.repository, '.git/config'), `[remote "origin"]\n\turl = ${this.bare}\n`);
  }

  async push(commit: string, attempt = this.attempt): Promise<Pushed> {
    const git = new RemoteCommands({ remote: 'origin', cwd: this.worktree, clock: this.clock });
    return await pushBranch(attempt, commit, git);
  }

  async refusal(commit: string): Promise<Refusal> {
    const outcome = await this.push(commit).catch((error: unknown) => error);
    if (outcome instanceof Refusal) return outcome;
    throw new Error('it was not refused', { cause: outcome });
  }

  signalDirOf(attempt: number): string {
    const folder = join(this.root, `signals/attempt-${attempt}`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  amend(message: string): string {
    this.git(['commit', '-q', '--amend', '-m', message]);
    return this.git(['rev-parse', 'HEAD']);
  }

  readAt(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  remote(...args: string[]): string {
    return this.git(args, this.bare);
  }

  remoteTip(branch = BRANCH): string {
    return this.remote('rev-parse', `refs/heads/${branch}`);
  }

  remoteRefs(): string[] {
    return this.remote('for-each-ref', '--format=%(refname)').split('\n');
  }

  /** A commit by somebody else, made on the remote itself. */
  commitOnRemote(branch: string, { subject, parents, files, tree }: RemoteCommit): string {
    const from = parents ?? [this.remoteTip(branch)];
    const env = { ...process.env, GIT_AUTHOR_NAME: 'Somebody', GIT_AUTHOR_EMAIL: 's@example.invalid' };
    const identity = ['-c', 'user.name=Somebody', '-c', 'user.email=s@example.invalid'];
    const git = (args: readonly string[], input = '') =>
      execFileSync('git', [...identity, ...args], { cwd: this.bare, env, input, encoding: 'utf8' }).trim();
    const entries = Object.entries(files ?? {}).map(([name, text]) => {
      return `100644 blob ${git(['hash-object', '-w', '--stdin'], text)}\t${name}`;
    });
    const made = tree ?? git(['mktree'], entries.join('\n'));
    const commit = git(['commit-tree', made, ...from.flatMap((parent) => ['-p', parent]), '-m', subject]);
    git(['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  }

  remoteHook(name: string, script: string): void {
    mkdirSync(join(this.bare, 'hooks'), { recursive: true });
    writeFileSync(join(this.bare, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** From now on git goes through an ssh of ours, which fails with each of these words first. */
  throughSsh(failures: readonly string[]): void {
    const shim = join(this.root, 'ssh');
    if (!existsSync(shim)) {
      const next = `if words=$(cat "$0-$(cat "$0.n")" 2>/dev/null); then`;
      const count = `echo $(($(cat "$0.n") + 1)) >"$0.n"; echo "$words" >&2; exit 255; fi`;
      const git = `for command; do :; done; service=\${command%% *}; exec git "\${service#git-}" '${this.bare}'`;
      writeFileSync(shim, `#!/bin/sh\n${next} ${count}\n${git}\n`);
      chmodSync(shim, 0o755);
      this.git(['remote', 'set-url', 'origin', 'git@github.com:acme/widgets.git']);
      this.git(['config', 'core.sshCommand', shim]);
      this.git(['config', 'ssh.variant', 'ssh']);
    }
    writeFileSync(`${shim}.n`, '0\n');
    failures.forEach((words, at) => {
      writeFileSync(`${shim}-${at}`, words);
    });
    rmSync(`${shim}-${failures.length}`, { force: true });
  }
}
