import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const READ_ONLY = 'ghp_ReadOnly0123456789abcdef';
const ELEVATED = 'ghp_Elevated0123456789abcdef';
const AWKWARD = `it's "quoted" $HOME \`id\` \\ end`;
const SECRETS = [READ_ONLY, ELEVATED, AWKWARD, 'sk-ant-api03-0123456789'];

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** What an agent finds, and where its secrets are not to be; then it tells them wherever it can. */
const SCRIPT = `
for name in GH_TOKEN AWKWARD ANTHROPIC_API_KEY; do
  eval "value=\\\${$name-none}"
  printf %s "$value" | sha256sum | cut -d' ' -f1 >"$HOME/$AGENTRELAY_TASK.$name"
done
ls -a "$AGENTRELAY_SIGNAL_DIR" >"$HOME/$AGENTRELAY_TASK.files"
{ ps -eww -o args | grep -F "$HOME"; cat "/proc/$PPID/environ"; } >"$HOME/$AGENTRELAY_TASK.seen"
[ -z "\${TMUX-}" ] || { tmux show-environment -g; tmux show-environment; } >>"$HOME/$AGENTRELAY_TASK.seen"
printf %s "$GH_TOKEN" >"$HOME/$AGENTRELAY_TASK.leak"
echo "mine is $GH_TOKEN"
printf '%190s%s\\n' x "$GH_TOKEN"
printf '%s\\033[31m%s\\033[0m\\n' "$(printf %s "$GH_TOKEN" | cut -c1-9)" "$(printf %s "$GH_TOKEN" | cut -c10-)"
printf %s "x-access-token:$GH_TOKEN" | base64
printf '{"text":"%s"}\\n' "$GH_TOKEN" >"$AGENTRELAY_SIGNAL_DIR/own.jsonl"
commit "$AGENTRELAY_TASK.txt" done
printf %s "I was given $GH_TOKEN" | agentrelay-concern --message -
touch "$HOME/$AGENTRELAY_TASK.ready"
wait_for "$HOME/go"
`;

function graphOf(environment: string): string {
  const agent = (task: string, end: string) => ({
    framework: 'command',
    command: project.agent(task, `${SCRIPT}${end}`),
    environment: { type: environment },
  });
  const gate = `cat "$HOME/$AGENTRELAY_TASK.leak"; echo "; the gate has \${GH_TOKEN-none}"`;
  return project.graph({
    name: 'g',
    max_concurrency: 3,
    isolation: { token_tier: 'read_only' },
    workstreams: [{ id: 'default', parallel: true }],
    tasks: [
      { id: 'a', completion_gate: gate, primary_agent: agent('a', 'agentrelay-complete') },
      {
        ...{ id: 'b', isolation: { token_tier: 'elevated' }, anthropic_credential: 'work' },
        ...{
          completion_gate: `${gate}; false`,
          max_gate_attempts: 1,
          primary_agent: agent('b', 'agentrelay-complete'),
        },
      },
      { id: 'c', primary_agent: agent('c', 'signal failed "no way with $GH_TOKEN"') },
    ],
  });
}

function credentials(): string {
  const path = project.write(
    'credentials.yaml',
    JSON.stringify({
      tiers: { read_only: { GH_TOKEN: READ_ONLY }, elevated: { GH_TOKEN: ELEVATED, AWKWARD } },
      anthropic: { work: { api_key: SECRETS.at(-1) } },
    }),
  );
  chmodSync(path, 0o600);
  return path;
}

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');
const inHome = (name: string) => readFileSync(join(project.folder, name), 'utf8');
const given = (task: string) =>
  ['GH_TOKEN', 'AWKWARD', 'ANTHROPIC_API_KEY'].map((name) => inHome(`${task}.${name}`).trim());

/** Every agent has said what it had to say; the test's own time limit is the limit. */
async function allReady(): Promise<void> {
  while (!['a', 'b', 'c'].every((task) => existsSync(join(project.folder, `${task}.ready`)))) await delay(20);
}

/** Files of the repository, its records and its worktrees in which one of the secrets stands. */
function leaks(): string[] {
  const forms = SECRETS.flatMap((secret) => ['-e', secret, '-e', Buffer.from(secret).toString('base64').slice(0, 20)]);
  try {
    return execFileSync('grep', ['-rlaF', ...forms, project.repo], { encoding: 'utf8' })
      .trim()
      .split('\n');
  } catch {
    // It finds nothing.
    return [];
  }
}

test.each(['tmux', 'process'])(
  'in %s each agent has its own tier, and nothing that is left shows it',
  async (place) => {
    project.env.GH_TOKEN = ELEVATED;
    const run = project.start('run', graphOf(place), '-L', SOCKET, '-C', credentials());
    await allReady();
    const live = await project.run('logs', 'b', '-G', 'g');
    expect(live.stdout).toMatch(/mine is •••/);
    const raw = await project.run('logs', 'b', '-G', 'g', '--raw');
    // While it works its log is as it has printed it.
    expect(leaks()).not.toEqual([]);
    writeFileSync(join(project.folder, 'go'), '');
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(1);

    const none = sumOf('none');
    expect(given('a')).toEqual([sumOf(READ_ONLY), none, none]);
    expect(given('b')).toEqual([ELEVATED, AWKWARD, SECRETS.at(-1) ?? ''].map(sumOf));
    expect(given('c')).toEqual(given('a'));
    expect(
      readFileSync(join(project.repo, '.workflow/g/runs/1/signals/a/attempt-1/gate_last_output.txt'), 'utf8'),
    ).toBe(`${'*'.repeat(READ_ONLY.length)}; the gate has none\n`);
    expect(leaks()).toEqual([]);
    const seen = ['a', 'b', 'c'].flatMap((task) => [inHome(`${task}.files`), inHome(`${task}.seen`)]);
    const shown = [stdout, stderr, live.stdout, raw.stdout, ...seen].join('\n');
    expect(SECRETS.filter((secret) => shown.includes(secret))).toEqual([]);
    expect(inHome('a.files')).not.toContain('.secrets');
    expect(stdout).toContain('no way with •••');
    expect(stdout).toMatch(/a +concern +I was given •••$/m);
  },
);

test('a file that others can read starts nothing, and a tier that it lacks neither', async () => {
  const graph = graphOf('tmux');
  const file = credentials();
  chmodSync(file, 0o640);
  const open = await project.run('run', graph, '-L', SOCKET, '-C', file);
  expect(open).toMatchObject({ code: 2, stdout: '' });
  expect(open.stderr).toContain(`${file}: can be read or written by others (mode 0640) (chmod 600 ${file})`);
  const without = await project.run('run', graph, '-L', SOCKET);
  expect(without.code).toBe(2);
  expect(without.stderr).toContain('task a asks for the token tier read_only, and there is no credentials file (-C)');
  expect(without.stderr).toContain('task b asks for the anthropic_credential work');
  expect(readdirSync(project.repo)).not.toContain('.workflow');
});

test('an owner that goes on with a run reads the file of the one before', async () => {
  const file = credentials();
  const graph = graphOf('tmux');
  const first = project.start('run', graph, '-L', SOCKET, '-C', file);
  await allReady();
  first.kill('SIGKILL');
  await first.ended;
  writeFileSync(join(project.folder, 'go'), '');
  const { code, stdout, stderr } = await project.run('run', graph, '-L', SOCKET);
  expect(code).toBe(1);
  expect(SECRETS.filter((secret) => `${stdout}${stderr}`.includes(secret))).toEqual([]);
  expect(leaks()).toEqual([]);
  const record = JSON.parse(readFileSync(join(project.repo, '.workflow/g/runs/1/run.json'), 'utf8'));
  expect(record.settings.credentials).toBe(file);
  expect(existsSync(file)).toBe(true);
});
