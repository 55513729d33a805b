import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandText } from '../../src/commands/shell-text.ts';

test('quotes only what a shell would read otherwise', () => {
  expect(commandText(['agentrelay', 'status', '-t', '/a/b-c.d'])).toBe('agentrelay status -t /a/b-c.d');
  expect(commandText(['tmux', '-t', '=a:'])).toBe("tmux -t '=a:'");
  const words = ['a b', "it's", '$HOME', '', '*', '=x', '~'];
  const printed = execFileSync('sh', ['-c', `printf '<%s>' ${commandText(words)}`], { encoding: 'utf8' });
  expect(printed).toBe(words.map((word) => `<${word}>`).join(''));
});
