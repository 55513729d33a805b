import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../src/agent/run.ts', import.meta.url));
export const BRANCH = 'agentrelay/demo/write-parser';
export const INTEGRATION_BRANCH = 'agentrelay/demo/ws/default';

const GIT_ENV = {
  GIT_AUTHOR_NAME: 'Agent',
  GIT_AUTHOR_EMAIL: 'agent@example.invalid',
  GIT_COMMITTER_NAME: 'Agent',
  GIT_COMMITTER_EMAIL: 'agent@example.invalid',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** A repository with a task's worktree and its signal directory, as they are when the agent starts. */
export class AttemptFixture {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-agent-')));
  readonly repository = join(this.root, 'repository');
  readonly worktree = join(this.root, 'work tree');
  readonly signalDir = join(this.root, 'signals/attempt-2');

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
    mkdirSync(this.repository);
    this.git(['init', '-q', '-b', 'main'], this.repository);
    this.git(['commit', '-q', '--allow-empty', '-m', 'Start'], this.repository);
    this.git(['branch', INTEGRATION_BRANCH], this.repository);
    this.git(['worktree', 'add', '-q', '-b', BRANCH, this.worktree, INTEGRATION_BRANCH], this.repository);
    mkdirSync(this.signalDir, { recursive: true });
    this.write('manifest.json', {
      schema_version: '1',
      task: { id: 'write-parser', role: 'implementer', description: null },
      workspace: { branch_name: BRANCH, integration_branch: INTEGRATION_BRANCH },
      execution: { attempt_num: 2, graph_name: 'demo' },
    });
    this.write('policies.json', { schema_version: '1', pr_policy: { forge: 'local' } });
  }

  get env(): Record<string, string | undefined> {
    return {
      ...process.env,
      ...GIT_ENV,
      AGENTRELAY_SIGNAL_DIR: this.signalDir,
      AGENTRELAY_TOKEN: 'token-2',
      AGENTRELAY_TASK: 'write-parser',
      AGENTRELAY_ATTEMPT: '2',
    };
  }

  git(args: readonly string[], cwd = this.worktree): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', env: { ...process.env, ...GIT_ENV } }).trim();
  }

  /** Commits a file on what is checked out in the worktree; returns the commit. */
  commit(name = 'parser.txt'): string {
    mkdirSync(dirname(join(this.worktree, name)), { recursive: true });
    writeFileSync(join(this.worktree, name), `${name}\n`);
    this.git(['add', '-A']);
    this.git(['commit', '-q', '-m', `Add ${name}`]);
    return this.git(['rev-parse', 'HEAD']);
  }

  write(name: string, content: unknown): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(this.signalDir, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.signalDir, name), 'utf8');
  }

  files(): string[] {
    return readdirSync(this.signalDir).sort();
  }

  run(argv: readonly string[], options: RunOptions = {}): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...argv], {
      cwd: options.cwd ?? this.worktree,
      env: { ...this.env, ...options.env },
      encoding: 'utf8',
      input: options.input ?? '',
    });
    return { code: status, stdout, stderr };
  }

  /** Starts one process for each argv, all at the same time; their exit codes. */
  async runTogether(argvs: readonly (readonly string[])[]): Promise<(number | null)[]> {
    const processes = argvs.map((argv) =>
      spawn(process.execPath, [SCRIPT, ...argv], { cwd: this.worktree, env: this.env, stdio: 'ignore' }),
    );
    return await Promise.all(processes.map(exitCode));
  }
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
