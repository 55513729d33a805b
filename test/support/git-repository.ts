import { execFileSync } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { Git } from '../../src/steps/tools/git.ts';
import { Worktrees } from '../../src/steps/worktree.ts';
import { IDENTITY } from './template-repository.ts';

Object.assign(process.env, IDENTITY);

/** An empty folder, its path without symbolic links, removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One that waits for locks as a real one does, a fifth as long. */
export function hastyGit(root: string): Git {
  return new Git(root, { wait: 2_000, still: 400 });
}

/** A repository with one commit on `main`, removed after the test. */
export class GitRepository {
  readonly folder = temporaryFolder();
  readonly root = join(this.folder, 'repo');
  readonly commonDir = join(this.root, '.git');
  readonly git: Git;
  readonly worktrees: Worktrees;

  constructor() {
    cpSync(inject('template'), this.root, { recursive: true });
    this.git = hastyGit(this.root);
    this.worktrees = new Worktrees(this.git, this.commonDir);
    onTestFinished(() => this.git.close());
  }

  run(...args: string[]): string {
    return this.in(this.root, ...args);
  }

  in(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  write(name: string, content: string, folder = this.root): void {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  commit(revision = 'HEAD'): string {
    return this.run('rev-parse', '--verify', `${revision}^{commit}`);
  }

  /** A commit with these files beside those of its parent, made without a worktree; null deletes. */
  commitFiles(parent: string | null, files: Record<string, string | null>, message = 'change'): string {
    const env = { ...process.env, GIT_INDEX_FILE: join(this.folder, 'index') };
    const git = (args: string[], input = '') =>
      execFileSync('git', args, { cwd: this.root, env, input, encoding: 'utf8' }).trim();
    git(parent === null ? ['read-tree', '--empty'] : ['read-tree', parent]);
    for (const [name, content] of Object.entries(files)) {
      if (content === null) git(['update-index', '--force-remove', '--', name]);
      else
        git([
          'update-index',
          '--add',
          '--cacheinfo',
          `100644,${git(['hash-object', '-w', '--stdin'], content)},${name}`,
        ]);
    }
    return git(['commit-tree', git(['write-tree']), ...(parent === null ? [] : ['-p', parent]), '-m', message]);
  }

  /** A new branch with one commit that holds these files beside those of `from`. */
  branch(name: string, files: Record<string, string | null>, from = 'main'): string {
    const commit = this.commitFiles(this.commit(from), files, `work of ${name}`);
    this.run('branch', '-f', name, commit);
    return commit;
  }

  /** A worktree on a new branch. */
  worktree(branch = 'work', at = 'main'): string {
    const path = join(this.folder, branch);
    this.run('worktree', 'add', '-q', '-b', branch, path, at);
    return path;
  }

  /** What a commit's tree holds: mode and content by name, the bytes of names and contents as latin1. */
  tree(commit: string): Record<string, string> {
    const listed = execFileSync('git', ['ls-tree', '-r', '-z', commit], { cwd: this.root, encoding: 'latin1' });
    const entries = listed.split('\0').filter((entry) => entry !== '');
    return Object.fromEntries(
      entries.map((entry) => {
        const [, mode = '', sort, id = '', name = ''] = /^(\d+) (\w+) (\w+)\t([\s\S]*)$/.exec(entry) ?? [];
        const content =
          sort === 'blob' ? execFileSync('git', ['cat-file', 'blob', id], { cwd: this.root, encoding: 'latin1' }) : id;
        return [name, `${mode} ${content}`];
      }),
    );
  }

  /** The same of a folder on disk, of the files that git would list there. */
  listing(path: string): Record<string, string> {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: path, encoding: 'latin1' });
    const found: Record<string, string> = {};
    for (const name of new Set(listed.split('\0').filter((name) => name !== ''))) {
      const file = Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name, 'latin1')]);
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (stats === undefined || stats.isDirectory()) continue;
      if (stats.isSymbolicLink()) found[name] = `120000 ${readlinkSync(file, 'latin1')}`;
      else found[name] = `${stats.mode & 0o100 ? '100755' : '100644'} ${readFileSync(file, 'latin1')}`;
    }
    return found;
  }

  refs(prefix: string): string[] {
    return this.run('for-each-ref', '--format=%(refname)', prefix).split('\n').filter(Boolean);
  }
}
