import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownersOf } from '../../../src/core/reset-world.ts';
import { emptyRunState, type TaskState } from '../../../src/core/run-state.ts';
import { taskMergeMessage } from '../../../src/steps/forges/merge-message.ts';
import { doneTask } from '../github/integration-fixture.ts';
import { hostileMarkdown } from '../github/live-parts.ts';

const PR = { number: 41, url: 'https://github.com/acme/widgets/pull/41' };

test.each<[string, string | null, typeof PR | null, string]>([
  ['parser', null, null, 'Merge task parser'],
  ['parser', ' \n ', null, 'Merge task parser'],
  ['parser', 'Write it.\nWith care.', null, 'Merge task parser: Write it.'],
  ['parser', 'Write it.', PR, 'Merge task parser: Write it. (#41)'],
  ['parser', null, PR, 'Merge task parser: pull request #41'],
  ['parser', 'x'.repeat(61), PR, `Merge task parser: ${'x'.repeat(59)}… (#41)`],
  ['i'.repeat(64), 'Write the parser anew.', PR, `Merge task ${'i'.repeat(64)}: Write the parser… (#41)`],
  ['parser', 'Fixes #12 for @octocat\u202e', PR, 'Merge task parser: Fixes #\u200b12 for @\u200boctocat (#41)'],
  ['fix', '#12 is it', null, 'Merge task fix: #\u200b12 is it'],
])('the merge of %s, %j', (id, description, pr, subject) => {
  expect(taskMergeMessage({ id, description }, pr)).toEqual({ subject, body: pr?.url ?? '' });
});

test('a merge is known by its subject, whatever the task says', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/);
  const number = fc.option(fc.integer({ min: 1, max: 9_999_999 }));
  fc.assert(
    fc.property(id, fc.option(hostileMarkdown), number, (name, description, made) => {
      const pr = made === null ? null : { number: made, url: PR.url };
      const { subject } = taskMergeMessage({ id: name, description }, pr);
      expect(subject.length).toBeLessThanOrEqual(100);
      expect(subject).not.toMatch(/[\n\r]|@\w|(?:fix|close|resolve)\S*[\s:]+#\d/i);
      expect(ownerOf(subject, doneTask({ spec: { id: name }, attempts: [{}] }).state)).toBe(name);
    }),
    { numRuns: 200 },
  );
});

/** Whose merge a commit of that subject is taken for. */
function ownerOf(subject: string, task: TaskState): string | null | undefined {
  const state = { ...emptyRunState(), tasks: new Map([[task.outline.id, task]]) };
  const line = [{ commit: 'c', parents: ['a', 'b'], subject }];
  return ownersOf(state, { madeFor: new Map() } as never, { line, reverts: null }).owned[0]?.task;
}
