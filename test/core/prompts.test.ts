import { expect, test } from 'vitest';
import { conflictPrompt, gatePrompt } from '../../src/core/prompts.ts';

test('a gate that failed is told in one line, with where its output is', () => {
  const prompt = gatePrompt({ passed: false, exitCode: 3, outputFile: '/s/out.txt' }, 2, 5);
  expect(prompt).toMatch(/exited with 3 \(round 2 of 5\).*\/s\/out\.txt.*agentrelay-complete/);
  expect(prompt).not.toContain('\n');
  expect(gatePrompt({ passed: false, exitCode: null, outputFile: 'o' }, 1, 5)).toContain('did not finish');
});

test('a conflict is told in one line, with the files and the branch to merge', () => {
  const prompt = conflictPrompt(['a.txt', 'b.txt'], 'agentrelay/g/ws/w', 1, 2);
  expect(prompt).toContain('(round 1 of 2)');
  expect(prompt).toContain('conflicts in: a.txt, b.txt.');
  expect(prompt).toContain('git merge agentrelay/g/ws/w');
  expect(prompt).not.toContain('\n');
});
