import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PullRequest } from '../../support/github/pull-request.ts';
import { type GitHubSandbox, githubSandbox, type SandboxOptions } from '../../support/github/sandbox.ts';
import { BRANCH, INTEGRATION_BRANCH, type Ran } from '../attempt-fixture.ts';

const SCRIPT = fileURLToPath(new URL('../../../src/agent/run.ts', import.meta.url));

type Environment = Readonly<Record<string, string | undefined>>;

/** A command of an agent's that runs. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** An attempt in a clone of `acme/widgets` on a GitHub of its own; the second of its task. */
export class AttemptOnGitHub {
  readonly box: GitHubSandbox;
  readonly worktree: string;
  readonly signalDir: string;
  readonly #host: string;

  static async begin(options: SandboxOptions = {}): Promise<AttemptOnGitHub> {
    const box = await githubSandbox(options);
    onTestFinished(async () => await box.close());
    return new AttemptOnGitHub(box, options.host ?? 'github.com');
  }

  private constructor(box: GitHubSandbox, host: string) {
    this.box = box;
    this.#host = host;
    this.worktree = box.clone();
    this.signalDir = join(box.folder, 'signals/attempt-2');
    mkdirSync(this.signalDir, { recursive: true });
    this.git('branch', INTEGRATION_BRANCH);
    this.git('push', '-q', 'origin', INTEGRATION_BRANCH);
    this.git('switch', '-q', '-c', BRANCH);
    this.write('manifest.json', {
      task: { id: 'write-parser' },
      workspace: { branch_name: BRANCH, integration_branch: INTEGRATION_BRANCH },
      execution: { attempt_num: 2, graph_name: 'demo' },
    });
    this.writePolicy();
  }

  writePolicy(given: Readonly<Record<string, unknown>> = {}): void {
    const repository = { host: this.#host, owner: 'acme', name: 'widgets' };
    const cache = join(this.box.folder, 'cache');
    const title = 'write-parser: Write the parser';
    const policy = { forge: 'gh', base: INTEGRATION_BRANCH, title, remote: 'origin', repository, cache, ...given };
    this.write('policies.json', { pr_policy: policy });
  }

  git(...args: string[]): string {
    return this.box.git(this.worktree, ...args);
  }

  commit(name = 'parser.txt'): string {
    writeFileSync(join(this.worktree, name), `${name}\n`);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', `Add ${name}`);
    return this.git('rev-parse', 'HEAD');
  }

  write(name: string, content: unknown): void {
    writeFileSync(join(this.signalDir, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  read(name: string): string | null {
    const path = join(this.signalDir, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  /** The payload of `.done`; null while there is none. */
  signalled(): string | null {
    return this.read('.done')?.split('\n')[1] ?? null;
  }

  /** As the owner does when the gate fails: the agent is to signal again. */
  sendBack(): void {
    renameSync(join(this.signalDir, '.done'), join(this.signalDir, '.done.1'));
  }

  start(argv: readonly string[] = [], env: Environment = {}): RunningCommand {
    const child = spawn(process.execPath, [SCRIPT, 'complete', ...argv], {
      cwd: this.worktree,
      env: {
        ...process.env,
        ...this.box.env,
        AGENTRELAY_SIGNAL_DIR: this.signalDir,
        AGENTRELAY_TOKEN: 'token-2',
        AGENTRELAY_TASK: 'write-parser',
        AGENTRELAY_ATTEMPT: '2',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk;
    });
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...output }));
    });
    return { process: child, ended };
  }

  complete(argv: readonly string[] = [], env: Environment = {}): Promise<Ran> {
    return this.start(argv, env).ended;
  }

  pulls(): Promise<readonly Readonly<PullRequest>[]> {
    return this.box.api.repo().pullRequests();
  }

  /** Requests by what they are, in order. */
  asked(): string[] {
    return this.box.api.calls.map(({ op }) => op.replace('/repos/:owner/:repo/', ''));
  }

  remoteTip(): string {
    return this.box.git(this.box.bare, 'rev-parse', `refs/heads/${BRANCH}`);
  }
}
