import { expect, test } from 'vitest';
import { filesNamedIn, pathMap } from '../../../../src/steps/environments/ssh/layout.ts';

const map = pathMap([
  ['/here/repo', '/there/repo.git'],
  ['/here/repo/.worktrees/g/lane', '/there/tree'],
  ['/here/repo/.workflow/g/runs/1', '/there/run'],
]);

test('paths of this machine become those of the other, the longest first', () => {
  expect(map('cd /here/repo/.worktrees/g/lane, not /here/repo.')).toBe('cd /there/tree, not /there/repo.git.');
  expect(map("'/here/repo/.workflow/g/runs/1/bin/agentrelay-complete'")).toBe("'/there/run/bin/agentrelay-complete'");
});

test('the beginning of a longer name is another path', () => {
  expect(map('/here/repo/.worktrees/g/lane--task')).toBe('/there/repo.git/.worktrees/g/lane--task');
  expect(map('/here/repo2 /here/repo.git /here/repo-2')).toBe('/here/repo2 /here/repo.git /here/repo-2');
  expect(map('/here/repo/.workflow/g/runs/12')).toBe('/there/repo.git/.workflow/g/runs/12');
});

test('a text names files below a folder, each once, and none above it', () => {
  const text = 'Read /run/signals/a/attempt-1/gate_last_output.txt, or /run/signals/a/attempt-1/gate_last_output.txt.';
  expect(filesNamedIn(text, '/run/signals')).toEqual(['/run/signals/a/attempt-1/gate_last_output.txt']);
  expect(filesNamedIn('/run/signals/../token.key /runs/signals/x', '/run/signals')).toEqual([]);
});
