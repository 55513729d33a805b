import { expect, onTestFinished, test, vi } from 'vitest';
import { errorsIn, parseAnswer, wordsIn } from '../../../src/steps/github/gh-answer.ts';

test('status, headers and body are told apart', () => {
  const answer = parseAnswer('HTTP/2.0 200 OK\nRetry-After: 7\r\nX-A: b: c\r\n\r\n{"a":"\\r\\n\\r\\n"}');
  expect(answer?.status).toBe(200);
  expect([...(answer?.headers ?? [])]).toEqual([
    ['retry-after', '7'],
    ['x-a', 'b: c'],
  ]);
  expect(answer?.body).toEqual({ a: '\r\n\r\n' });
});

test.each([
  ['HTTP/1.1 204 No Content\nDate: today\r\n\r\n', null],
  // As exec leaves it, without its final line break.
  ['HTTP/1.1 204 No Content\nDate: today\r\n', null],
  ['HTTP/1.1 202 Accepted', null],
  ['HTTP/1.1 502 Bad Gateway\r\nDate: today\r\n\r\n<html>\n\n<p>', '<html>\n\n<p>'],
  ['HTTP/1.1 200 OK\nDate: today\n\n[1]', [1]],
])('%j', (printed, body) => {
  expect(parseAnswer(printed)?.body).toEqual(body);
});

test.each(['', '{"a":1}', 'unable to expand placeholder', 'HTTP/1.1 abc'])('%j is no answer', (printed) => {
  expect(parseAnswer(printed)).toBe(null);
});

test('what GitHub says went wrong is said in one line', () => {
  expect(wordsIn({ message: 'Validation Failed', errors: [{ message: 'one\u001b[2J\n' }, 'two', { code: 'x' }] })).toBe(
    'Validation Failed: one[2J : two',
  );
  expect(wordsIn({ message: 'Not Found' })).toBe('Not Found');
  expect(wordsIn('<html>')).toBe('');
  expect(wordsIn({ errors: 'only words' })).toBe('only words');
  expect(wordsIn({ message: 'long '.repeat(200) })).toHaveLength(401);
});

test('a token is not cut in half, where it would not be known', () => {
  vi.stubEnv('GH_TOKEN', 'plain-token-of-ours');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(wordsIn({ message: `${'x'.repeat(390)} plain-token-of-ours` })).toBe(`${'x'.repeat(390)} ***`);
});

test('errors are read whatever shape they have', () => {
  expect(errorsIn({ errors: [{ type: 'NOT_FOUND', message: 'gone' }, { code: 'custom' }, 7, null] })).toEqual([
    { message: 'gone', type: 'NOT_FOUND', path: null },
    { message: '', type: 'custom', path: null },
    { message: '', type: null, path: null },
    { message: '', type: null, path: null },
  ]);
  expect(errorsIn({ errors: 7 })).toEqual([]);
  expect(errorsIn(null)).toEqual([]);
});
