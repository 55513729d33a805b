import { expect, test } from 'vitest';
import { attemptsInText } from '../../../src/steps/places/known-attempts.ts';
import { asOne, type LeftAgent, whereIs } from '../../../src/steps/places/left-agents.ts';

test('of a damaged journal the attempts are known that its whole lines tell of', () => {
  const started = (task: string, hash: string) =>
    JSON.stringify({ v: 1, kind: 'task_started', task, attempt: 2, token_hash: hash });
  const text = [started('a', 'aa'), '{"kind":"task_started","task":"b', started('c', 'cc'), ''].join('\n');
  expect(attemptsInText(text, 3)).toMatchObject([
    { run: 3, task: 'a', number: 2, tokenHash: 'aa', tornDown: false },
    { run: 3, task: 'c', number: 2, tokenHash: 'cc' },
  ]);
});

test('processes of what an engine has count as a part of it, and end after it', async () => {
  const ended: string[] = [];
  const left = (kind: LeftAgent['kind'], name: string, tokenHash: string, alive: boolean): LeftAgent => ({
    ...{ kind, name, tokenHash, alive, run: 1, task: 'a', attempt: 1 },
    stop: async () => void ended.push(name),
  });
  const found = asOne([
    left('container', 'c1', 'aa', false),
    left('process', '17', 'aa', true),
    left('process', '18', 'bb', true),
  ]);
  expect(found.map((one) => [whereIs(one), one.alive])).toEqual([
    ['container c1', true],
    ['process 18', true],
  ]);
  await found[0]?.stop();
  expect(ended).toEqual(['c1', '17']);
});
