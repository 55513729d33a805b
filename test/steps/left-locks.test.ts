import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { freeLeftLocks } from '../../src/steps/left-locks.ts';
import { GitRepository } from '../support/git-repository.ts';

test('locks that a killed git has left go, of our branches and of what we move; those of others stay', async () => {
  const { git, commonDir } = new GitRepository();
  const lock = (name: string) => {
    const path = join(commonDir, `${name}.lock`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  const branches = ['refs/heads/agentrelay/g/a', 'refs/heads/agentrelay/g/ws/lane', 'refs/heads/main'];
  const left = [...branches, 'packed-refs', 'objects/maintenance'].map(lock);
  const others = ['refs/heads/agentrelay/other/a', 'refs/heads/mine'].map(lock);
  await freeLeftLocks(git, { commonDir, graph: 'g', targets: ['main'] });
  expect(left.filter(existsSync)).toEqual([]);
  expect(others.every(existsSync)).toBe(true);
});
