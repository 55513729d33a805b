import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageLedger } from '../../../src/steps/agents/usage-ledger.ts';
import type { FrameworkPreset, Told } from '../../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import {
  installStandIns,
  STAND_INS,
  type StandInName,
  standInRecord,
  standInScripts,
} from '../../support/agents/install.ts';
import { type Action, type StandInScript, script } from '../../support/agents/script.ts';
import { invocationOf } from '../../support/invocation.ts';
import { sumOf } from '../../support/stream-fixtures.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';
/** Its tokens are rounded to hundreds. */
const PAID: Action = { usage: { input: 1_000, output: 600, cacheRead: 5_000, cacheWrite: 300, costUsd: 0.0123 } };

let folder: string;
let bin: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'headless-')));
  bin = installStandIns(folder);
  for (const name of ['home', 'work', 'signals']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
}

function presetOf(name: StandInName): FrameworkPreset & Required<Pick<FrameworkPreset, 'headless'>> {
  const preset = SHIPPED[name];
  if (preset?.headless === undefined) throw new Error(`${name} has no mode for scripts`);
  return { ...preset, headless: preset.headless };
}

function invocation(approvals: 'ask' | 'skip', prompt = '- go') {
  const [signals, work] = [join(folder, 'signals'), join(folder, 'work')];
  const instructions = join(signals, 'instructions.md');
  writeFileSync(instructions, 'Do it.\n');
  return invocationOf({ approvals, prompt, session: SESSION, folder: signals, instructions, worktree: work });
}

/** One turn. */
function run(
  name: StandInName,
  argv: readonly string[],
  of: StandInScript,
  approvals: 'ask' | 'skip' = 'skip',
): Promise<Ran> {
  const preset = SHIPPED[name];
  const own = typeof preset?.env === 'function' ? preset.env(invocation(approvals)) : preset?.env;
  const base = { PATH: `${bin}:${process.env.PATH}`, HOME: join(folder, 'home'), AGENTRELAY_TASK: name };
  const env = { ...base, ...own, ...standInScripts(folder, { [name]: of }) };
  for (const [path, text] of Object.entries(preset?.files?.(invocation(approvals)) ?? {})) {
    mkdirSync(join(folder, 'signals', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'signals', path), text);
  }
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: join(folder, 'work'),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  return new Promise((done) => {
    child.on('close', (code) => done({ code, lines: Buffer.concat(parts).toString('utf8').split('\n') }));
  });
}

/** What was told, in the order of the lines. */
function read(name: StandInName, ...ran: readonly Ran[]): Told[] {
  const reader = presetOf(name).headless.reader();
  return ran.flatMap(({ lines }) => lines.flatMap((line) => reader(line, Date.now()) ?? []));
}

function usageOf(name: StandInName, told: readonly Told[]) {
  const { headless, transcript } = presetOf(name);
  if (headless.usageInTranscript !== true) return sumOf(told);
  const place = {
    worktree: join(folder, 'work'),
    session: SESSION,
    told: null,
    since: 0,
    env: {},
    home: join(folder, 'home'),
  };
  const path = transcript?.find(place);
  if (path == null) throw new Error(`no transcript of ${name}`);
  const ledger = new UsageLedger();
  const reader = transcript?.reader();
  for (const line of readLines(path)) {
    const usage = reader?.(line)?.usage;
    if (usage !== undefined) ledger.take(SESSION, usage);
  }
  return ledger.sum();
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n');
}

/** What the stand-in itself has added up. */
function ownSum(name: StandInName) {
  const used = standInRecord(folder, name).flatMap((fact) => (fact.kind === 'used' ? fact : []));
  const total = (of: (fact: (typeof used)[number]) => number) => used.reduce((sum, fact) => sum + of(fact), 0);
  return {
    input_tokens: total(({ input }) => input),
    output_tokens: total(({ output }) => output),
    cache_read_tokens: total(({ cacheRead }) => cacheRead),
    cache_write_tokens: total(({ cacheWrite }) => cacheWrite),
    cost_usd: total(({ costUsd }) => costUsd),
  };
}

/** Those that tell what it costs. */
const TELLS_COST: readonly StandInName[] = ['claude_code', 'opencode', 'aider'];
/** What goes into its cache, it does not tell. */
const WITHOUT_WRITES: readonly StandInName[] = ['gemini'];
/** What is asked for there is asked before. */
const NEEDS_TRUST: readonly StandInName[] = ['gemini', 'cursor'];

const LIMITS: Readonly<Partial<Record<StandInName, string>>> = {
  claude_code: "You've hit your 5-hour limit · resets in 20 minutes",
  codex: "You've hit your usage limit. Try again in 20 minutes.",
  gemini: 'You have exceeded your current quota. Please retry in 20 minutes.',
  aider: 'litellm.RateLimitError: OpenAIException - Rate limit reached. Please try again in 20 minutes.',
  cursor: "You've hit your usage limit. It resets in 20 minutes.",
  copilot: 'You have reached your rate limit. Try again in 20 minutes.',
};
const LOGINS: Readonly<Record<StandInName, string>> = {
  claude_code: 'API Error: 401 invalid bearer token',
  codex: 'unexpected status 401 Unauthorized: Incorrect API key provided',
  gemini: '{"error":{"code":401,"message":"Request had invalid authentication credentials."}}',
  opencode: 'Incorrect API key provided.',
  aider: 'litellm.AuthenticationError: OpenAIException - Incorrect API key provided',
  cursor: 'Authentication required',
  copilot: 'Authentication failed (HTTP 401).',
};

describe.each(STAND_INS)('%s', (name) => {
  const { headless } = presetOf(name);
  const turn = (of: StandInScript, approvals: 'ask' | 'skip' = 'skip') =>
    run(name, headless.argv(invocation(approvals)), of, approvals);

  test('takes a prompt, and one more in the same session, and tells all that both have used', async () => {
    const of = script(
      [PAID, { say: 'I have begun.' }, PAID],
      [PAID, { shell: 'echo it runs' }, PAID, { say: 'It is done.' }],
    );
    const first = await turn(of);
    expect(first).toMatchObject({ code: 0 });
    const session = read(name, first).findLast((told) => told.session !== undefined)?.session ?? SESSION;
    const second = await run(name, headless.resume(invocation('skip'), session, '-x is no flag'), of);
    expect(second).toMatchObject({ code: 0 });
    const facts = standInRecord(folder, name);
    expect(facts.flatMap((fact) => (fact.kind === 'prompt' ? [[fact.text, fact.turn]] : []))).toEqual([
      ['- go', 1],
      ['-x is no flag', 2],
    ]);
    const told = read(name, first, second);
    const sum = usageOf(name, told);
    const { cost_usd, cache_write_tokens: written, input_tokens: sent, ...own } = ownSum(name);
    if (name === 'aider') expect(sum).toMatchObject({ output_tokens: own.output_tokens });
    else {
      const whole = WITHOUT_WRITES.includes(name) ? [sent + written, 0] : [sent, written];
      expect(sum).toMatchObject(own);
      expect([sum?.input_tokens, sum?.cache_write_tokens]).toEqual(whole);
      expect(told.at(-1)).toMatchObject({ report: { state: 'idle' }, message: 'It is done.' });
    }
    if (TELLS_COST.includes(name)) expect(sum?.cost_usd).toBeCloseTo(cost_usd, 4);
    else expect(sum?.cost_usd ?? null).toBeNull();
    expect(told.flatMap(({ action }) => action ?? []).join('\n')).toContain('echo it runs');
  });

  test('tells that nobody is logged in', async () => {
    const told = read(name, await turn(script([{ say: 'Well.' }, { loginError: LOGINS[name] }])));
    expect(told.findLast(({ report }) => report !== undefined)).toMatchObject({ report: { state: 'login_required' } });
  });

  test('is denied what nobody allows', async () => {
    const asks: Action = {
      permission: { tool: 'shell', text: 'touch ran', run: 'touch ran', denied: [{ say: 'No.' }] },
    };
    const { code } = await turn(script([asks]), 'ask');
    const runs = standInRecord(folder, name).filter(({ kind }) => kind === 'shell');
    expect(runs).toEqual([]);
    expect(code === 0).toBe(!NEEDS_TRUST.includes(name));
  });
});

test.each(STAND_INS.filter((name) => LIMITS[name] !== undefined))('%s tells when its limit is over', async (name) => {
  const ran = await run(
    name,
    presetOf(name).headless.argv(invocation('skip')),
    script([{ limit: LIMITS[name] ?? '' }]),
  );
  const { report } = read(name, ran).findLast((told) => told.report !== undefined) ?? {};
  expect(report?.state).toBe('usage_limited');
  const minutes = (Date.parse(report?.until ?? '') - Date.now()) / 60_000;
  // Of a quota it is not told when it comes back.
  if (name !== 'gemini') expect(Math.round(minutes)).toBe(20);
});
