import { expect, test } from 'vitest';
import { answerText, isAsking, LIVE_ATTENTIONS, plainReport } from '../../src/core/attention.ts';

const said = { question: 'q', choices: ['a'], until: '2026-01-01T00:00:00.000Z' };

test('those that ask are the ones that can be answered', () => {
  expect(LIVE_ATTENTIONS.filter(isAsking)).toEqual(['waiting_permission', 'waiting_input', 'trust_prompt']);
  expect(isAsking(null)).toBe(false);
  expect(isAsking('exited')).toBe(false);
});

test('a report holds only what belongs to its state', () => {
  expect(plainReport({ state: 'trust_prompt', ...said })).toEqual({ ...said, state: 'trust_prompt', until: null });
  expect(plainReport({ state: 'usage_limited', ...said })).toMatchObject({
    question: null,
    choices: [],
    until: said.until,
  });
  expect(plainReport({ state: 'idle', ...said })).toMatchObject({ question: null, choices: [], until: null });
});

test.each([
  ['1', 'yes'],
  [' 2 ', 'no, and stop'],
  ['3', '3'],
  ['0', '0'],
  ['12', '12'],
  ['1.', '1.'],
  ['yes', 'yes'],
  ['', ''],
])('%j is answered with %j', (text, answer) => {
  expect(answerText(['yes', 'no, and stop'], text)).toBe(answer);
});
