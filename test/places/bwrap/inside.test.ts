import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appears, makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

// From inside a bubblewrap sandbox: what an agent needs works, and nothing of others is read or changed.

let project: Project;
let server: Server;
/** The one folder that agents and the test share. */
let shared: string;

beforeEach(async () => {
  project = makeProject();
  shared = join(project.folder, 'shared');
  mkdirSync(shared);
  server = createServer((socket) => socket.end('reached\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  project.remove();
});

/** Writes `NAME CODE` for each try, beside the signals; the last lines of what it printed are for whoever reads a failure. */
const TRYING = `
shared=$HOME/shared common=$(git rev-parse --git-common-dir) repo=$(dirname "$(git rev-parse --git-common-dir)")
report=$AGENTRELAY_SIGNAL_DIR/report
try() {
  name=$1; shift
  code=0; (cd "$PWD"; "$@") >>"$AGENTRELAY_SIGNAL_DIR/tries.log" 2>&1 || code=$?
  echo "$name $([ $code = 0 ] && echo yes || echo no)" >>"$report"
}
put() { echo more >>"$1"; }
reach() { exec 3<>/dev/tcp/127.0.0.1/"$1" && grep -q reached <&3; }
conflict() {
  git switch -q --detach; echo one >both; git add both; git commit -qm one; one=$(git rev-parse HEAD)
  git reset -q --hard HEAD~; echo two >both; git add both; git commit -qm two
  ! git cherry-pick "$one" || return 1
  echo both >both; git add both; git -c core.editor=true cherry-pick --continue
  ! git rebase HEAD~ --onto "$one" --exec false || return 1
  git rebase --abort 2>/dev/null || :
  git switch -q -; ! git status | grep -E 'cherry-pick|rebase'
}
`;

const READS = `
try home cat "$HOME/secret"
try signals cat "$repo/.workflow/g/runs/1/signals/other/attempt-1/manifest.json"
try worktree cat "$repo/.worktrees/g/other/README.md"
try checkout cat "$repo/README.md"
try journal cat "$repo/.workflow/g/runs/1/events.jsonl"
try credentials cat "$shared/credentials.yaml"
try tmux tmux -L relay list-panes
try linked grep -q linked linked.env
try network reach PORT
`;

const WRITES = `
try own-worktree put file
try own-signals put "$AGENTRELAY_SIGNAL_DIR/file"
try own-home put "$HOME/file"
try tmp put /tmp/file
try mount put "$shared/file"
try system put /etc/agentrelay-was-here
try kernel sh -c 'echo 60 >/proc/sys/vm/swappiness'
try linked-file put linked.env
try config git config some.key value
try config-file put "$common/config"
try hook put "$common/hooks/pre-commit"
try pointer put "$(git rev-parse --git-dir)/commondir"
try git-file put .git
try git-file-moved mv .git elsewhere
try new-branch git branch mine
try main git update-ref refs/heads/main HEAD
try lane git update-ref refs/heads/agentrelay/g/ws/probe HEAD
`;

const PUSHES = `
git add -A; git commit -qm file
try push-main git push near HEAD:refs/heads/main
try push-deletion git push near :main
try push-tag git push near HEAD:refs/tags/v1
try push-far git push --no-verify far HEAD:refs/heads/main
try push-own git push near HEAD
try conflict conflict
touch "$shared/packable"; wait_for "$shared/packed"
try commit-packed git commit --allow-empty -qm packed
git rev-parse HEAD >"$AGENTRELAY_SIGNAL_DIR/head"
touch "$shared/go"
agentrelay-complete
`;

const task = (id: string, script: string, isolation: object = {}) => ({
  id,
  workstream_id: id,
  link: ['linked.env'],
  isolation,
  completion_gate: 'test ! -e "$HOME/secret" && test -e README.md',
  primary_agent: { framework: 'command', command: bash(id, script) },
});

/** The prelude is for any shell; whoever opens sockets needs bash. */
const bash = (id: string, script: string) => ['bash', ...project.agent(id, TRYING + script.replace('PORT', port()))];
const port = () => String((server.address() as { port: number }).port);

const report = (id: string) => {
  const text = readFileSync(join(project.repo, '.workflow/g/runs/1/signals', id, 'attempt-1/report'), 'utf8');
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
};

test('an agent works in its own worktree, and reads and changes nothing else', async () => {
  for (const name of ['near', 'far']) {
    const remote = join(project.folder, name);
    execFileSync('git', ['init', '-q', '--bare', remote], { env: project.env });
    project.git('remote', 'add', name, remote);
    project.git('push', '-q', name, 'main');
  }
  project.write('secret', 'of the home');
  project.write('repo/linked.env', 'linked');
  const credentials = project.write('shared/credentials.yaml', 'tiers: {standard: {}}\n');
  execFileSync('chmod', ['600', credentials]);
  const graph = project.graph({
    name: 'g',
    max_concurrency: 2,
    isolation: { sandbox: 'bwrap', mounts: [shared, join(project.folder, 'near')] },
    workstreams: ['probe', 'other'].map((id) => ({ id, auto_merge: true })),
    tasks: [
      task('other', `try network reach PORT; touch "$shared/other"; wait_for "$shared/go"; agentrelay-complete-no-pr`, {
        network: false,
      }),
      task('probe', `wait_for "$shared/other"${READS}${WRITES}${PUSHES}`),
    ],
  });
  const running = project.start('run', graph, '-L', SOCKET, '-C', credentials);
  await Promise.race([appears(join(shared, 'packable')), running.ended]);
  project.git('pack-refs', '--all');
  writeFileSync(join(shared, 'packed'), '');

  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  expect(report('other')).toEqual({ network: 'no' });
  expect(report('probe')).toEqual({
    ...answers('yes', ['linked', 'network', 'own-worktree', 'own-signals', 'own-home', 'tmp', 'mount']),
    ...answers('yes', ['push-own', 'conflict', 'commit-packed']),
    ...answers('no', ['home', 'signals', 'worktree', 'checkout', 'journal', 'credentials', 'tmux']),
    ...answers('no', ['system', 'kernel', 'linked-file', 'config', 'config-file', 'hook', 'pointer', 'git-file']),
    ...answers('no', ['git-file-moved', 'new-branch', 'main', 'lane']),
    ...answers('no', ['push-main', 'push-deletion', 'push-tag', 'push-far']),
  });
  const tries = readFileSync(join(project.repo, '.workflow/g/runs/1/signals/probe/attempt-1/tries.log'), 'utf8');
  expect(tries).toContain('this session may push to agentrelay/g/probe alone, and not to refs/heads/main');
  expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toContain('file');
});

function answers(answer: string, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, answer]));
}
