import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import type { PresetPatch } from '../../../src/core/frameworks/preset-schema.ts';
import { type AgentChecks, checkAgents } from '../../../src/steps/checks/agents.ts';
import { makePreset } from '../../../src/steps/frameworks/make-preset.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { makeGraph, type TaskSpec } from '../../support/graphs.ts';
import { pathFolder, writeProgram } from '../../support/path-folder.ts';

const VARIABLES = ['PATH', 'IS_SANDBOX', 'FORCE_COLOR'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
let bin = '';

beforeEach(() => {
  bin = pathFolder(temporaryFolder(), ['sh', 'sleep', 'cat', 'env', 'kill']);
  process.env.PATH = bin;
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const HELP = 'Options:\n  --model <x>\n  --yes\n';

/** A program that answers as it should, unless it is told otherwise. */
function tool(answers: { version?: string; help?: string } = {}, name = 'tool'): string {
  const { version = 'echo tool 1.2.3', help = `printf '%s' '${HELP}'` } = answers;
  return writeProgram(bin, name, `case "$*" in\n--version) ${version};;\n--help) ${help};;\n*) exit 9;;\nesac`);
}

/** The findings of these presets, in words. */
async function look(presets: Record<string, PresetPatch>, tasks: TaskSpec[] = [], checks: Partial<AgentChecks> = {}) {
  const own = Object.entries(presets).map(([name, patch]) => [
    name,
    makePreset(name, patchedPreset(SHIPPED[name]?.data ?? null, patch)),
  ]);
  const findings = await checkAgents({
    graph: tasks.length === 0 ? null : makeGraph({ tasks }),
    extensions: { frameworks: Object.fromEntries(own) },
    root: temporaryFolder(),
    configFile: '/config.yaml',
    isRoot: false,
    ...checks,
  });
  return findings.map(({ level, what, detail, fix }) => {
    return `${level} ${what}: ${detail}${fix === null ? '' : ` (${fix})`}`.replaceAll(`${bin}/`, '');
  });
}

const MINE = { program: ['tool'], model: ['--model', '{model}'], approvals: { skip: ['--yes'] } };
const NOT_HERE = `ok not here: ${Object.keys(SHIPPED).join(', ')}`;

test('what is here, with its version; the others in one line', async () => {
  tool();
  expect(await look({ mine: MINE, other: { program: ['none'] } })).toEqual([
    'ok mine: 1.2.3, tool',
    `${NOT_HERE}, other`,
  ]);
});

test('the first program that is here is asked', async () => {
  tool({}, 'second');
  tool({}, 'third');
  expect(await look({ mine: { ...MINE, program: ['first', 'second', 'third'] } })).toEqual([
    'ok mine: 1.2.3, second',
    NOT_HERE,
  ]);
});

test('what the graph needs comes first, and must be here', async () => {
  tool();
  const tasks = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, framework: 'lost' }));
  expect(await look({ mine: MINE, lost: { program: ['x', 'y'] } }, tasks)).toEqual([
    'fail lost: x or y, the program of framework lost, is not installed, and tasks a, b, c and 2 more need it (install it, or name it: frameworks: {lost: {program: [PATH]}} in the config file)',
    'ok mine: 1.2.3, tool',
    NOT_HERE,
  ]);
  expect(await look({}, [{ id: 'a', framework: 'claude_code' }])).toContain(
    'fail claude_code: claude, the program of framework claude_code, is not installed, and task a needs it (npm install -g @anthropic-ai/claude-code)',
  );
});

test('a program of the worktree is not missed, nor one of a task that starts elsewhere', async () => {
  const launcher = { 'gone/tmux': () => Promise.reject(new Error('never')) as never };
  const frameworks = { gone: makePreset('gone', patchedPreset(null, { program: ['gone'] })) };
  expect(await look({ mine: { program: ['tools/agent'] } }, [{ id: 'a', framework: 'mine' }])).toEqual([
    'ok mine: tools/agent, looked for in each worktree',
    NOT_HERE,
  ]);
  const extensions = { frameworks, steps: { launcher } };
  expect(await look({}, [{ id: 'a', framework: 'gone' }], { extensions })).toEqual([`${NOT_HERE}, gone`]);
  const remote = [{ id: 'a', framework: 'gone', environment: 'ssh' }];
  expect(await look({}, remote, { extensions: { frameworks } })).toEqual([`${NOT_HERE}, gone`]);
});

test('flags that its help does not know, with what to write where', async () => {
  tool();
  const changed = { ...MINE, approvals: { skip: ['--full', '--yes'], ask: ['--ask'] }, session: ['--id', '{session}'] };
  expect(await look({ mine: changed })).toEqual([
    'warn mine: 1.2.3, tool: its help does not know --ask (approvals.ask), --full (approvals.skip), --id (session) ' +
      '(in /config.yaml: frameworks: {mine: {approvals: {ask: ["--ask"], skip: ["--full","--yes"]}, session: ["--id","{session}"]}} with what 1.2.3 takes; help: [] where it takes these)',
    NOT_HERE,
  ]);
  expect(await look({ mine: { ...changed, help: [] } })).toEqual(['ok mine: 1.2.3, tool', NOT_HERE]);
});

test.each<[string, Parameters<typeof tool>[0], string]>([
  ['a version on stderr', { version: 'echo v2.0.1-beta.3 >&2' }, 'ok mine: 2.0.1-beta.3, tool'],
  ['a version without dots', { version: 'echo; echo  seven' }, 'ok mine: seven, tool'],
  ['no version', { version: ':' }, 'ok mine: of an unknown version, tool'],
  [
    'help on stderr, in colours, with an exit code',
    { help: `printf '  \\033[1m--yes\\033[0m\\n  --model\\n' >&2; exit 1` },
    'ok mine: 1.2.3, tool',
  ],
  ['what it reads is nothing', { version: 'cat; echo 1.0' }, 'ok mine: 1.0, tool'],
  [
    'no help',
    { help: 'echo nothing here' },
    'warn mine: 1.2.3, tool: its help tells no flags (frameworks: {mine: {help: [[ARGUMENT]]}} in /config.yaml with what prints its flags, or help: [])',
  ],
  [
    'it fails',
    { version: 'echo "at node 24.1.0" >&2; echo "Error: no module" >&2; echo "v24.1.0" >&2; exit 3', help: 'exit 3' },
    'warn mine: tool: --version exits 3: Error: no module (run it by hand: tool --version)',
  ],
  [
    'it crashes',
    { version: 'kill -9 $$' },
    'warn mine: tool: --version was ended by a signal (run it by hand: tool --version)',
  ],
])('%s', async (_name, answers, expected) => {
  tool(answers);
  expect((await look({ mine: MINE }))[0]).toBe(expected);
});

test('one that hangs is ended', async () => {
  tool({ version: 'sleep 60', help: 'sleep 60 & wait' });
  expect(await look({ mine: { ...MINE, install: 'get it' } }, [], { limit: 300 })).toEqual([
    'warn mine: tool: --version gives no answer within 0.3 s; --help gives no answer within 0.3 s (reinstall it: get it)',
    NOT_HERE,
  ]);
});

test('one that cannot be started is told, and one without a way to ask is not started', async () => {
  const path = writeProgram(bin, 'tool', '');
  writeFileSync(path, '#!/no/interpreter\n');
  expect((await look({ mine: MINE }))[0]).toMatch(
    /^warn mine: tool: --version does not run: .*ENOENT; --help does not/,
  );
  expect(await look({ mine: { ...MINE, version: [], help: [[]] } })).toEqual([
    'ok mine: of an unknown version, tool',
    NOT_HERE,
  ]);
});

test('it is run with the environment of an agent, as far as that is known', async () => {
  process.env.FORCE_COLOR = '1';
  process.env.IS_SANDBOX = 'kept';
  const folder = temporaryFolder();
  tool({ version: `env >'${folder}/env'; echo "1.0 $PWD"` });
  const root = temporaryFolder();
  const env = { QUIET: '1', CONFIG: '{folder}/x', HOME_LIKE: '${HOME}' };
  await look({ mine: { ...MINE, env, unset: ['FORCE_COLOR'] } }, [], { root });
  const lines = readFileSync(join(folder, 'env'), 'utf8').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining(['QUIET=1', 'HOME_LIKE=${HOME}', 'IS_SANDBOX=kept', 'NO_COLOR=1', `PWD=${root}`]),
  );
  expect(lines.filter((line) => /^(CONFIG|FORCE_COLOR)=/.test(line))).toEqual([]);
  expect(readdirSync(root)).toEqual([]);
});

test('as root, what a program refuses then, where a task asks for it', async () => {
  tool({}, 'claude');
  const claude = { claude_code: { help: [] } };
  const tasks: TaskSpec[] = [
    { id: 'a', framework: 'claude_code', approvals: 'skip' },
    { id: 'b', framework: 'claude_code', approvals: 'ask' },
  ];
  const told =
    'warn claude_code: you are root, and it refuses --dangerously-skip-permissions then (approvals: skip of task a) (export IS_SANDBOX=1 in a sandbox, where it can harm nothing; else approvals: ask, or another user)';
  process.env.IS_SANDBOX = 'yes';
  expect(await look(claude, tasks, { isRoot: true })).toContain(told);
  expect(await look(claude, tasks)).not.toContain(told);
  expect(await look(claude, tasks.slice(1), { isRoot: true })).not.toContain(told);
  expect(await look({ claude_code: { help: [], env: { IS_SANDBOX: '1' } } }, tasks, { isRoot: true })).not.toContain(
    told,
  );
  process.env.IS_SANDBOX = '1';
  expect(await look(claude, tasks, { isRoot: true })).not.toContain(told);
});

test('of a task that runs as a process, the flags of the mode for scripts', async () => {
  const help = `case "$*" in *exec*) echo '  --json';; *) printf '%s' '${HELP}';; esac`;
  writeProgram(bin, 'tool', `case "$*" in\n--version) echo tool 1.2.3;;\n*--help) ${help};;\nesac`);
  const headless = { start: ['--json', '--other', '{prompt}'], resume: ['--json'], help: [['exec', '--help']] };
  const task = { id: 'a', framework: 'mine', environment: 'process' };
  const [told, ...others] = await look({ mine: { ...MINE, headless } }, [task]);
  expect(told).toContain('warn mine: 1.2.3, tool: its help does not know --other (headless.start)');
  expect(others).toEqual([NOT_HERE]);
  expect((await look({ mine: { ...MINE, headless } }))[0]).toBe('ok mine: 1.2.3, tool');
});
