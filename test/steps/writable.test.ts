import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireWritable } from '../../src/steps/writable.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const MODULE = new URL('../../src/steps/writable.ts', import.meta.url).href;

interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** What a person without a superuser's rights is told; null when nothing is in the way. */
function refusalFor(root: string): Refusal | null {
  const source = `
    const { requireWritable } = await import(${JSON.stringify(MODULE)});
    // Only now: the checkout itself need not be readable for everybody.
    if (process.getuid() === 0) process.setuid(65534);
    let refusal = null;
    try {
      requireWritable({ root: ${JSON.stringify(root)}, commonDir: ${JSON.stringify(join(root, '.git'))} }, 'shop');
    } catch ({ name, message, hint }) {
      refusal = { name, message, hint };
    }
    process.stdout.write(JSON.stringify(refusal));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' }));
}

/** A repository that everybody may write. */
function repository(...folders: string[]): string {
  const root = temporaryFolder();
  for (const name of ['', '.git', '.git/objects', '.git/refs', ...folders]) {
    mkdirSync(join(root, name), { recursive: true });
    chmodSync(join(root, name), 0o777);
  }
  return root;
}

test('nothing is said, and nothing made, where all is writable', () => {
  expect(refusalFor(repository())).toBeNull();
  const root = repository('.workflow', '.workflow/shop', '.worktrees');
  expect(refusalFor(root)).toBeNull();
  expect(() => requireWritable({ root, commonDir: join(root, '.git') }, 'shop')).not.toThrow();
});

test.each([
  ['', []],
  ['.git', []],
  ['.git/refs', []],
  ['.workflow', ['.workflow']],
  ['.workflow/shop', ['.workflow', '.workflow/shop']],
  ['.worktrees', ['.worktrees']],
])('a folder that may not be written is named, with what to do: %j', (name, folders) => {
  const root = repository(...folders);
  chmodSync(join(root, name), 0o555);
  expect(refusalFor(root)).toEqual({
    name: 'UserError',
    message: `${join(root, name)} cannot be written: permission is denied`,
    hint: 'make it writable for you and run the same command again',
  });
});

test('of several the first is named', () => {
  const root = repository('.workflow', '.worktrees');
  for (const name of ['.git/refs', '.workflow']) chmodSync(join(root, name), 0o555);
  expect(refusalFor(root)?.message).toBe(
    `${join(root, '.workflow')} cannot be written: permission is denied (and 1 more)`,
  );
});
