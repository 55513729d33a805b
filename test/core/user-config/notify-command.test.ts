import { expect, test } from 'vitest';
import { notifyCommand, notifyProblems } from '../../../src/core/user-config/notify-command.ts';

const told = { title: 'agentrelay', text: '$(rm -rf ~); {title}' };

test('texts go into arguments as they are, and are not looked at again', () => {
  const { argv } = notifyCommand(['notify-send', '--app={title}', '{text}', '${title}', '{x}'], told);
  expect(argv).toEqual(['notify-send', '--app=agentrelay', '$(rm -rf ~); {title}', '${title}', '{x}']);
});

test('a shell line has them in its environment', () => {
  expect(notifyCommand('say "$AGENTRELAY_TEXT"', told)).toEqual({
    argv: ['/bin/sh', '-c', 'say "$AGENTRELAY_TEXT"'],
    env: { AGENTRELAY_TITLE: 'agentrelay', AGENTRELAY_TEXT: '$(rm -rf ~); {title}' },
  });
});

test('placeholders that nobody fills, or a shell would run, are problems', () => {
  expect(notifyProblems(['a', '{title} {text}'], [])).toEqual([]);
  expect(notifyProblems(['a', 'b{titel}'], ['c'])).toMatchObject([
    { path: ['c', 1], message: "unknown placeholder '{titel}'", allowed: '{title} {text}' },
  ]);
  expect(notifyProblems('say {text}; echo ${title} {x}', ['c'])).toMatchObject([
    { path: ['c'], message: '{text} in a shell line would be run as a part of it' },
  ]);
});
