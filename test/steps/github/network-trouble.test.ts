import { expect, test } from 'vitest';
import { isNetworkTrouble } from '../../../src/steps/github/network-trouble.ts';

const NO_ACCESS = `fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
`;

// The words of git 2.39 and OpenSSH, with the line cut at one point after another.
test.each([
  [
    'a connection that is closed at once',
    `kex_exchange_identification: Connection closed by remote host\n${NO_ACCESS}`,
  ],
  ['a connection that is closed later', `Connection to github.com closed by remote host.\r\n${NO_ACCESS}`],
  ['a pipe that breaks', `client_loop: send disconnect: Broken pipe\n${NO_ACCESS}`],
  ['an end before anything was said', NO_ACCESS],
  ['an end while the server says what it can do', 'fatal: expected flush after capabilities\n'],
  ['an end while the server says what it has', 'fatal: expected flush after ref listing\n'],
  ['an end while a push is prepared', 'fatal: the remote end hung up upon initial contact\n'],
  ['an end before objects', 'fatal: the remote end hung up unexpectedly\n'],
  ['an end in the middle of objects', 'fatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n'],
  ['an end after a push was done', "error: failed to push some refs to 'github.com:acme/widgets.git'\n"],
  [
    'the same, with what was done',
    "To github.com:acme/widgets.git\n * [new branch]      HEAD -> x\nerror: failed to push some refs to 'x'\n",
  ],
  [
    'a worktree that was half made at that moment',
    'fatal: bad object worktrees/lane/HEAD\nerror: github.com:acme/widgets.git did not send all necessary objects\n',
  ],
])('the line failed: %s', (_, stderr) => {
  expect(isNetworkTrouble(stderr)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['a key that is not known', `git@github.com: Permission denied (publickey).\n${NO_ACCESS}`],
  ['a repository that is not there', `ERROR: Repository not found.\n${NO_ACCESS}`],
  ['a reason that is not known', `ERROR: This repository is closed on Sundays.\n${NO_ACCESS}`],
  [
    'a push that is rejected',
    " ! [rejected]        x -> x (stale info)\nerror: failed to push some refs to 'github.com:acme/widgets.git'\n",
  ],
  [
    'a push that is refused there',
    "remote: error: GH006: Protected branch update failed for refs/heads/main.\nTo github.com:acme/widgets.git\n ! [remote rejected] x -> main (protected branch hook declined)\nerror: failed to push some refs to 'x'\n",
  ],
])('a refusal, or nothing, is no failure of the line: %s', (_, stderr) => {
  expect(isNetworkTrouble(stderr)).toBe(false);
});
