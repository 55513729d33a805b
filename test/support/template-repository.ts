import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the repository that every test's own one begins as. */
    template: string;
  }
}

/** Who commits in tests, also in the processes that the code under test starts. */
export const IDENTITY = {
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.invalid',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.invalid',
};

/** Makes the template once for all test files; what it returns removes it. */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-template-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, env: { ...process.env, ...IDENTITY } });
  git('init', '-q', '-b', 'main', '--template=');
  writeFileSync(join(folder, 'README.md'), 'a project\n');
  git('add', '-A');
  git('commit', '-qm', 'begin');
  provide('template', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
