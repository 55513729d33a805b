import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageLedger } from '../../../src/steps/agents/usage-ledger.ts';
import type { FrameworkPreset, Told } from '../../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { installStandIns, STAND_INS, type StandInName, standInRecord, standInScripts } from '../../support/agents/install.ts';
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
function run(name: StandInName, argv: readonly string[], of: StandInScript, approvals: 'ask' | 'skip' = 'skip'): Promise<Ran> {
  const preset = SHIPPED[name];
  const own = typeof preset?.env === 'function' ? preset.env(invocation(approvals)) : preset?.env;
  const base = { PATH: `${bin}:${process.env.PATH}`, HOME: join(folder, 'home'), AGENTRELAY_TASK: name };
  const env = { ...base, ...own, ...standInScripts(folder, { [name]: of }) };
  for (const [path, text] of Object.entries(preset?.files?.(invocation(approvals)) ?? {})) {
    mkdirSync(join(folder, 'signals', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'signals', path), text);
  }
  const child = spawn(argv[0] ?? '', argv.slice(1), { cwd: join(folder, 'work'), env, stdio: ['ignore', 'pipe', 'pipe'] });
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
  const place = { worktree: join(folder, 'work'), session: SESSION, told: null, since: 0, env: {}, home: join(folder, 'home') };
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

describe.each(STAND_INS)('%s', (name) => {
  const { headless } = presetOf(name);

  test('takes a prompt, and one more in the same session, and tells all that both have used', async () => {
    const of = script([PAID, { say: 'I have begun.' }, PAID], [PAID, { shell: 'echo it runs' }, PAID, { say: 'It is done.' }]);
    const first = await run(name, headless.argv(invocation('skip')), of);
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
    const { cost_usd, cache_write_tokens, input_tokens, ...own } = ownSum(name);
    const whole = WITHOUT_WRITES.includes(name) ? [input_tokens + cache_write_tokens, 0] : [input_tokens, cache_write_tokens];
    expect(sum).toMatchObject(name === 'aider' ? { output_tokens: own.output_tokens } : own);
    if (name !== 'aider') expect([sum?.input_tokens, sum?.cache_write_tokens]).toEqual(whole);
    if (TELLS_COST.includes(name)) expect(sum?.cost_usd).toBeCloseTo(cost_usd, 4);
    else expect(sum?.cost_usd ?? null).toBeNull();
    expect(told.flatMap(({ action }) => action ?? []).join('\n')).toContain('echo it runs');
    if (name !== 'aider') {
      expect(told.at(-1)).toMatchObject({ report: { state: 'idle' }, message: 'It is done.' });
    }
  });
});
