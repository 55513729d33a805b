import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseNumbers } from '../../src/steps/diff-text.ts';
import { commitWords } from '../../src/steps/task-commits.ts';
import { committedDiff, uncommittedDiff, workIn } from '../../src/steps/task-diff.ts';
import { gitDirOf } from '../../src/steps/worktree-status.ts';
import { GitRepository } from '../support/git-repository.ts';

let repository: GitRepository;
let base: string;
beforeEach(() => {
  repository = new GitRepository();
  base = repository.commit();
});

const STRANGE = ['a b.txt', 'with "quotes"', 'two\nlines', 'tab\there', 'ünïcode', ':(top)magic', '-dash'];

test('a worktree shows what is committed, changed, staged and unknown, and stays as it is', async () => {
  const worktree = repository.worktree();
  repository.write('committed.txt', 'c\n', worktree);
  repository.in(worktree, 'add', '-A');
  repository.in(worktree, 'commit', '-qm', 'one');
  expect(await workIn(repository.git, worktree)).toEqual({
    tip: repository.in(worktree, 'rev-parse', 'HEAD'),
    uncommitted: false,
  });
  repository.write('README.md', 'changed\n', worktree);
  repository.write('staged.txt', 's\n', worktree);
  repository.in(worktree, 'add', 'staged.txt');
  for (const name of STRANGE) repository.write(`new/${name}`, 'n\n', worktree);
  const index = join(gitDirOf(worktree), 'index');
  const status = repository.in(worktree, 'status', '--porcelain');
  const before = [readFileSync(index).toString('hex'), statSync(index).mtimeMs];
  expect(await workIn(repository.git, worktree)).toMatchObject({ uncommitted: true });

  const { files, lines, omitted, untold } = await uncommittedDiff(repository.git, { base, worktree });
  expect(files.map(({ path }) => path).sort()).toEqual(
    ['README.md', 'committed.txt', 'staged.txt', ...STRANGE.map((name) => `new/${name}`)].sort(),
  );
  expect(files.find(({ path }) => path === 'README.md')).toMatchObject({ added: 1, removed: 1 });
  expect(lines).toEqual(expect.arrayContaining(['-a project', '+changed', '+s', '+c', '+++ b/new/ünïcode']));
  expect({ omitted, untold }).toEqual({ omitted: 0, untold: 0 });
  expect([readFileSync(index).toString('hex'), statSync(index).mtimeMs]).toEqual(before);
  expect(repository.in(worktree, 'status', '--porcelain')).toBe(status);
});

test('a repository inside and a conflict are no reason to show nothing', async () => {
  const worktree = repository.worktree();
  const other = repository.branch('other', { 'README.md': 'theirs\n' });
  repository.write('README.md', 'ours\n', worktree);
  repository.in(worktree, 'commit', '-qam', 'ours');
  expect(() => repository.in(worktree, 'merge', other)).toThrow();
  repository.in(worktree, 'init', '-q', 'inside');
  repository.in(worktree, 'config', 'diff.noprefix', 'true');
  const { files, lines } = await uncommittedDiff(repository.git, { base, worktree });
  expect(files.map(({ path }) => path)).toContain('README.md');
  expect(lines).toEqual(expect.arrayContaining(['+<<<<<<< HEAD', '+ours', '+++ b/README.md']));
});

test('more unknown files than anybody reads are counted', async () => {
  const worktree = repository.worktree();
  for (let at = 0; at < 1_003; at++) writeFileSync(join(worktree, `file-${at}`), 'x\n');
  const { files, lines, omitted, untold } = await uncommittedDiff(repository.git, { base, worktree });
  expect({ files: files.length, lines: lines.length, untold }).toEqual({ files: 1_000, lines: 3_000, untold: 3 });
  expect(omitted).toBe(1_000 * 7 - 3_000);
});

test('a difference is cut at 3,000 lines, and at a MiB of them', async () => {
  const text = (count: number, line: string) => Array.from({ length: count }, (_, at) => `${at} ${line}\n`).join('');
  const many = repository.commitFiles(base, { 'many.txt': text(10_000, '') });
  const cut = await committedDiff(repository.git, { base, tip: many });
  expect(cut.files).toEqual([{ path: 'many.txt', added: 10_000, removed: 0 }]);
  expect([cut.lines.length, cut.omitted]).toEqual([3_000, 10_006 - 3_000]);
  const wide = repository.commitFiles(base, { 'wide.txt': text(3_000, 'x'.repeat(5_000)) });
  const bytes = await committedDiff(repository.git, { base, tip: wide });
  expect(bytes.lines.length + bytes.omitted).toBe(3_006);
  expect(bytes.lines.length).toBe(6 + Math.floor((1024 * 1024) / 5_005));
  expect(Math.max(...bytes.lines.map(({ length }) => length))).toBe(4_000);
});

test('binary files have no numbers, and a renamed file is one', async () => {
  const one = repository.commitFiles(base, { 'old name': 'a\nb\nc\nd\n', 'x.bin': 'a\0b' });
  const two = repository.commitFiles(one, { 'old name': null, 'new\tname': 'a\nb\nc\nd\ne\n', 'x.bin': 'a\0c' });
  const { files, lines } = await committedDiff(repository.git, { base: one, tip: two });
  expect(files).toEqual([
    { path: 'new\tname', added: 1, removed: 0 },
    { path: 'x.bin', added: null, removed: null },
  ]);
  expect(lines).toContain('Binary files a/x.bin and b/x.bin differ');
  expect(parseNumbers('')).toEqual([]);
});

test('no program has a say in a difference', async () => {
  const worktree = repository.worktree();
  const script = join(repository.folder, 'trap');
  writeFileSync(script, '#!/bin/sh\ntouch "$0.ran"\necho CHANGED\n');
  chmodSync(script, 0o755);
  for (const key of ['diff.external', 'diff.trap.command', 'diff.trap.textconv', 'core.pager', 'core.fsmonitor'])
    repository.run('config', key, script);
  repository.run('config', 'color.ui', 'always');
  repository.write('.gitattributes', '* diff=trap\n', worktree);
  const { lines } = await uncommittedDiff(repository.git, { base, worktree });
  expect(lines).toContain('+* diff=trap');
  expect(lines.join('')).not.toContain('CHANGED');
  expect(lines.join('')).not.toContain('\u001b');
  expect(() => statSync(`${script}.ran`)).toThrow();
});

test('what git cannot do is told, and a worktree that is gone is not looked for further up', async () => {
  await expect(committedDiff(repository.git, { base, tip: 'f'.repeat(40) })).rejects.toMatchObject({
    name: 'ToolError',
  });
  const inside = join(repository.root, 'inside');
  mkdirSync(inside);
  await expect(workIn(repository.git, inside)).rejects.toMatchObject({ name: 'ToolError' });
  rmSync(inside, { recursive: true });
  await expect(workIn(repository.git, inside)).rejects.toMatchObject({ name: 'ToolError' });
  const leave = AbortSignal.abort(new Error('closed'));
  await expect(committedDiff(repository.git, { base, tip: base }, leave)).rejects.toThrow('closed');
});

test('commits tell who made what and when, the newest first', async () => {
  const one = repository.commitFiles(base, { a: '1' }, 'one\n\nwith a body');
  const two = repository.commitFiles(one, { a: '2' }, 'twö "2"');
  const words = await commitWords(repository.git, { base, tip: two }, { limit: 100 });
  expect(words.map(({ id, subject, author }) => [id, subject, author])).toEqual([
    [two, 'twö "2"', 'Tester'],
    [one, 'one', 'Tester'],
  ]);
  expect(words[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
  expect(await commitWords(repository.git, { base, tip: two }, { limit: 1 })).toHaveLength(1);
  expect(await commitWords(repository.git, { base, tip: base }, { limit: 1 })).toEqual([]);
});
