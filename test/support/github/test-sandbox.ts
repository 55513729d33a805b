import { onTestFinished } from 'vitest';
import { type GitHubSandbox, githubSandbox, type SandboxOptions } from './sandbox.ts';

/** One that ends with the test. */
export async function testSandbox(options?: SandboxOptions): Promise<GitHubSandbox> {
  const box = await githubSandbox(options);
  onTestFinished(() => box.close());
  return box;
}

/** One with the branch `f`, a commit ahead of main, and its pull request 1. */
export async function sandboxWithPullRequest(options?: SandboxOptions): Promise<GitHubSandbox> {
  const box = await testSandbox(options);
  box.commit('f', { a: 'of f\n' });
  await box.api.repo().openPr({ head: 'f', base: 'main', title: 'T' });
  return box;
}
