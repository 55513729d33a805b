import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const NONE = '0'.repeat(40);

/** One change of a branch; null where there is no commit. */
export interface BranchChange {
  readonly branch: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** How far two commits have gone from their common one. */
export interface Distance {
  readonly ahead: number;
  readonly behind: number;
}

export interface CommitFacts {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committedDate: string;
  readonly message: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The git side of one repository on the server; what it answers about commits is kept, for commits never change. */
export class BareRepository {
  readonly folder: string;
  readonly #known = new Map<string, Promise<unknown>>();
  #pushesRead = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  async git(args: readonly string[], options: { env?: NodeJS.ProcessEnv; accept?: readonly number[] } = {}) {
    const result = await run(['-C', this.folder, ...args], options.env ?? {});
    if (result.code === 0 || options.accept?.includes(result.code)) return result;
    throw new Error(`git ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  }

  async branches(): Promise<Map<string, string>> {
    const { stdout } = await this.git(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads']);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  /** Pushes since the last call, in the order in which they came, as the hook wrote them. */
  newPushes(): BranchChange[][] {
    const text = readFileSync(join(this.folder, 'pushes'), 'utf8');
    const end = text.lastIndexOf('end\n') + 4;
    if (end <= this.#pushesRead) return [];
    const fresh = text.slice(this.#pushesRead, end);
    this.#pushesRead = end;
    return fresh
      .split('end\n')
      .slice(0, -1)
      .map((push) => push.split('\n').flatMap(changeIn));
  }

  /** Moves a branch that is still at `from`; false when it is not. */
  async move(branch: string, from: string | null, to: string | null): Promise<boolean> {
    const ref = `refs/heads/${branch}`;
    const args =
      to === null ? ['update-ref', '-d', ref, from ?? NONE] : ['update-ref', ref, to, from === null ? NONE : from];
    return (await this.git(args, { accept: [1, 128] })).code === 0;
  }

  async has(commit: string): Promise<boolean> {
    return (await this.git(['cat-file', '-e', `${commit}^{commit}`], { accept: [1, 128] })).code === 0;
  }

  distance(base: string, head: string): Promise<Distance> {
    return this.#once(`distance ${base} ${head}`, async () => {
      const { stdout } = await this.git(['rev-list', '--left-right', '--count', `${base}...${head}`]);
      const [behind = 0, ahead = 0] = stdout.trim().split(/\s+/).map(Number);
      return { ahead, behind };
    });
  }

  /** The tree of both together, null when they are in conflict. */
  mergedTree(base: string, head: string): Promise<string | null> {
    return this.#once(`merge ${base} ${head}`, async () => {
      const args = ['merge-tree', '--write-tree', '--no-messages', base, head];
      const { code, stdout } = await this.git(args, { accept: [1] });
      return code === 0 ? stdout.trim() : null;
    });
  }

  facts(commit: string): Promise<CommitFacts> {
    return this.#once(`facts ${commit}`, async () => {
      const format = '%H%n%T%n%P%n%an%n%ae%n%aI%n%cI%n%B';
      const { stdout } = await this.git(['show', '-s', `--format=${format}`, commit]);
      const [oid = '', tree = '', parents = '', name = '', email = '', date = '', committedDate = '', ...message] =
        stdout.split('\n');
      return {
        oid,
        tree,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name, email, date },
        committedDate,
        message: message.join('\n').trimEnd(),
      };
    });
  }

  /** Commits of `head` that `base` has not, oldest first. */
  between(base: string, head: string): Promise<readonly string[]> {
    return this.#once(`between ${base} ${head}`, async () => {
      const { stdout } = await this.git(['rev-list', '--reverse', '--topo-order', `${base}..${head}`]);
      return stdout.split('\n').filter((line) => line !== '');
    });
  }

  /** Files and lines that differ from the common commit. */
  changes(base: string, head: string): Promise<readonly { path: string; additions: number; deletions: number }[]> {
    return this.#once(`changes ${base} ${head}`, async () => {
      const { stdout } = await this.git(['diff', '--numstat', '--no-renames', `${base}...${head}`]);
      const lines = stdout.split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const [additions = '', deletions = '', path = ''] = line.split('\t');
        return { path, additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
      });
    });
  }

  async commit(commit: NewCommit): Promise<string> {
    const parents = commit.parents.flatMap((parent) => ['-p', parent]);
    const env = { GIT_AUTHOR_NAME: commit.author.name, GIT_AUTHOR_EMAIL: commit.author.email };
    const { stdout } = await this.git(['commit-tree', commit.tree, ...parents, '-m', commit.message], { env });
    return stdout.trim();
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    if (known !== undefined) return known as Promise<T>;
    const answer = ask();
    this.#known.set(key, answer);
    answer.catch(() => this.#known.delete(key));
    return answer;
  }
}

function changeIn(line: string): BranchChange[] {
  const [from = '', to = '', ref = ''] = line.split(' ');
  if (!ref.startsWith('refs/heads/')) return [];
  const commit = (id: string) => (id === NONE ? null : id);
  return [{ branch: ref.slice('refs/heads/'.length), from: commit(from), to: commit(to) }];
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Result> {
  const all = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_COMMITTER_NAME: 'GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.com',
    ...env,
  };
  return new Promise((resolve, reject) => {
    execFile('git', args, { env: all, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
  });
}
