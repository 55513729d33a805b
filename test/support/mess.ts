import { chmodSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitRepository } from './git-repository.ts';

/** Every sort of change that a working tree knows, also under names that tools like to trip over. */
export function makeMess(repository: GitRepository, path: string): void {
  const write = (name: string, content: string) => repository.write(name, content, path);
  for (const name of ['staged', 'unstaged', 'both', 'deleted', 'removed', 'script', 'turned', 'old name']) {
    write(name, `${name} as committed\n`);
  }
  repository.in(path, 'add', '-A');
  repository.in(path, 'commit', '-qm', 'before the mess');
  write('staged', 'staged\n');
  write('both', 'half\n');
  write('new/staged', 'added\n');
  repository.in(path, 'add', '-A');
  write('unstaged', 'unstaged\n');
  write('both', 'whole\n');
  unlinkSync(join(path, 'deleted'));
  repository.in(path, 'rm', '-q', 'removed');
  repository.in(path, 'mv', 'old name', 'new name');
  chmodSync(join(path, 'script'), 0o755);
  unlinkSync(join(path, 'turned'));
  write('turned/inside', 'a folder now\n');
  symlinkSync('nowhere at all', join(path, 'dangling'));
  symlinkSync('new', join(path, 'link to a folder'));
  for (const name of ['-leading dash', 'a\nnewline', 'a"quote\'s', 'ünïcödé', ' blank ', 'tab\there', '*', ':(top)']) {
    write(`odd/${name}`, `${name}\n`);
  }
  write('-n', 'an option\n');
  writeFileSync(Buffer.concat([Buffer.from(`${path}/odd/`), Buffer.from([0xff, 0xfe, 0x80])]), 'not UTF-8\n');
  writeFileSync(join(path, 'bytes'), Buffer.from([0, 255, 13, 10, 0]));
  writeFileSync(join(path, 'empty'), '');
}
