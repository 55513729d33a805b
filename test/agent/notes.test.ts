import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanText, foldLines, MAX_MESSAGE } from '../../src/agent/text.ts';
import { AttemptFixture } from './attempt-fixture.ts';

test.each([
  ['concern', 'concerns.log'],
  ['ops-concern', 'ops_concerns.log'],
])('%s is one line of %s each time, for the owner alone', (verb, file) => {
  const fixture = new AttemptFixture();
  expect(fixture.run([verb, '--message', 'one\r\n  two\u0007']).code).toBe(0);
  expect(fixture.run([verb, '--message=- three=3']).code).toBe(0);
  expect(fixture.read(file)).toBe('one ⏎ two\n- three=3\n');
  expect(statSync(join(fixture.signalDir, file)).mode & 0o777).toBe(0o600);
});

test('concerns raised at the same time are all there, whole', async () => {
  const fixture = new AttemptFixture();
  const messages = Array.from({ length: 12 }, (_, i) => `${i} ${'x'.repeat(9_000)}`);
  const codes = await fixture.runTogether(messages.map((message) => ['concern', '--message', message]));
  expect(new Set(codes)).toEqual(new Set([0]));
  expect(fixture.read('concerns.log').trimEnd().split('\n').sort()).toEqual([...messages].sort());
});

test('a message from standard input', () => {
  const fixture = new AttemptFixture();
  expect(fixture.run(['summary', '--message', '-'], { input: '# Done\n\n- `$(x)`\n' }).code).toBe(0);
  expect(fixture.read('summary.md')).toBe('# Done\n\n- `$(x)`\n');
});

test('a second summary replaces the first', () => {
  const fixture = new AttemptFixture();
  fixture.run(['summary', '--message', 'first, and long']);
  fixture.run(['summary', '--message', 'second']);
  expect(fixture.read('summary.md')).toBe('second\n');
});

test('an empty message is refused', () => {
  const fixture = new AttemptFixture();
  expect(fixture.run(['concern', '--message', ' '])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--message is empty'),
  });
});

test('a long text is cut between characters, with a note', () => {
  const cut = cleanText(`a${'é'.repeat(MAX_MESSAGE)}`);
  expect(cut).toBe(`a${'é'.repeat(MAX_MESSAGE / 2 - 1)} … (cut: ${2 * MAX_MESSAGE + 1} bytes)`);
  expect(cleanText('a'.repeat(MAX_MESSAGE))).toHaveLength(MAX_MESSAGE);
  expect(foldLines(`${'a\n'.repeat(MAX_MESSAGE)}`)).not.toContain('\n');
});
