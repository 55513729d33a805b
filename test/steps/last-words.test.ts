import { expect, test } from 'vitest';
import { lastWords } from '../../src/steps/last-words.ts';

const showing = (...lines: readonly string[]) => ({ lastLines: () => Promise.resolve([...lines]) });

test('frames, rules and blank lines are left out of what an agent showed last', async () => {
  const agent = showing(
    '╭───╮',
    '│ > │',
    '╰───╯',
    '─'.repeat(200),
    '',
    '  TypeError: no content',
    '    at main (1:1)',
    '❯ ',
  );
  expect(await lastWords(agent)).toBe('; its last lines: TypeError: no content ⏎ at main (1:1)');
  expect(await lastWords(showing('───', ''))).toBe('');
});

test('of many or long lines the last ones are told, and the beginning of each', async () => {
  const lines = Array.from({ length: 9 }, (_, at) => `line ${at + 1}`);
  expect(await lastWords(showing(...lines))).toBe(`; its last lines: ${lines.slice(3).join(' ⏎ ')}`);
  expect(await lastWords(showing('x'.repeat(500)))).toBe(`; its last lines: ${'x'.repeat(200)}`);
});
