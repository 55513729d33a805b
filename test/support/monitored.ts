import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { UsageTold } from '../../src/core/agent-events.ts';
import { type AttentionReport, LIVE_ATTENTIONS, type LiveAttention } from '../../src/core/attention.ts';
import { createMonitor, type MonitorOptions } from '../../src/steps/agents/create-monitor.ts';
import type {
  AgentMonitor,
  AgentTerminal,
  KnownAttention,
  PaneGlance,
  TakenPrompt,
} from '../../src/steps/agents/monitor.ts';
import type { FrameworkPreset, Screen, ScreenReading, Told } from '../../src/steps/frameworks/framework.ts';
import { Ticks } from '../../src/steps/tools/ticks.ts';
import { temporaryFolder } from './git-repository.ts';
import { SimulatedClock } from './simulated-clock.ts';

export const reportOf = (state: LiveAttention, more: Partial<AttentionReport> = {}): AttentionReport => ({
  ...{ state, question: null, choices: [], until: null },
  ...more,
});

/** A program whose screen says in its first line what it does, and whose hooks and transcript are `Told` as JSON. */
export const TELLING: FrameworkPreset = {
  name: 'telling',
  argv: () => [],
  kickoff: 'argv',
  readHook: ({ data }) => data as Told | null,
  transcript: {
    find: ({ told, worktree }) => [told ?? join(worktree, 'transcript')].find((path) => existsSync(path)) ?? null,
    reader: () => (line) => JSON.parse(line) as Told,
  },
  terminal: { read: readScreen, dialogs: [], keys: {} as never, submit: {} as never },
  data: { title: { busy: ['^busy'], idle: ['^done'] } } as never,
};

function readScreen({ lines }: Screen): ScreenReading {
  const [first = '', input] = lines;
  if (first === 'throw') throw new Error('a defect');
  const state = LIVE_ATTENTIONS.find((one) => one === first);
  const choices = state === 'waiting_permission' ? ['Yes', 'No'] : [];
  const report = state === undefined ? null : reportOf(state, { choices });
  return { report, dialog: null, input: input ?? null, queued: false };
}

/** A monitor over files and a terminal that the test writes, in its own time. */
export function monitored(options: Partial<MonitorOptions> = {}) {
  const folder = temporaryFolder();
  const signalDir = join(folder, 'signals');
  mkdirSync(signalDir);
  const clock = new SimulatedClock();
  const ticks = new Ticks(clock, 1_000);
  const terminal = new WrittenTerminal(signalDir);
  const monitor = createMonitor({
    preset: TELLING,
    signalDir,
    isOwnToken: (token) => token === 'token',
    place: { worktree: folder, session: 'given', since: clock.now() - 60_000, env: {}, home: folder },
    terminal,
    ticks,
    clock,
    stallAfter: null,
    ...options,
  });
  onTestFinished(() => monitor.close());
  const hook = (told: Told, more: object = {}) => {
    const at = new Date(clock.now()).toISOString();
    const line = { schema_version: '1', at, token: 'token', event: 'Hook', data: told, ...more };
    appendFileSync(join(signalDir, 'hooks.jsonl'), `${JSON.stringify(line)}\n`);
    monitor.look();
  };
  const transcript = (told: Told) => appendFileSync(join(folder, 'transcript'), `${JSON.stringify(told)}\n`);
  return { folder, signalDir, clock, terminal, monitor, hook, transcript, state: () => wordOf(monitor.attention) };
}

export function wordOf(attention: KnownAttention): string {
  if (attention === null) return '-';
  return attention.kind === 'unknown' ? 'unknown' : `${attention.report.state} by ${attention.source}`;
}

/** What a test says of an agent. */
export class SaidMonitor implements AgentMonitor {
  attention: KnownAttention = null;
  prompts: TakenPrompt[] = [];
  usage: UsageTold | null = null;
  session: string | null = null;
  transcript: string | null = null;
  canBePrompted = true;
  looks = 0;
  isClosed = false;
  readonly #listeners = new Set<() => void>();

  say(change: Partial<Pick<AgentMonitor, 'attention' | 'prompts' | 'usage' | 'session' | 'transcript'>>): void {
    Object.assign(this, change);
    for (const listener of this.#listeners) listener();
  }

  known(state: LiveAttention, more: Partial<AttentionReport> = {}): void {
    this.say({ attention: { kind: 'known', report: reportOf(state, more), source: 'hook' } });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  look(): void {
    this.looks++;
  }

  begin(): void {
    this.say({ attention: null });
  }

  close(): void {
    this.isClosed = true;
  }
}

class WrittenTerminal implements AgentTerminal {
  looks = 0;
  #lines: readonly string[] = [];
  readonly #signalDir: string;
  readonly #listeners = new Set<(glance: PaneGlance | null) => void>();

  constructor(signalDir: string) {
    this.#signalDir = signalDir;
  }

  /** Its log grows, too. */
  show(...lines: string[]): void {
    this.#lines = lines;
    this.print();
  }

  print(): void {
    appendFileSync(join(this.#signalDir, 'agent.raw.log'), 'x');
  }

  glance(glance: PaneGlance | null): void {
    for (const listener of this.#listeners) listener(glance);
  }

  async screen(): Promise<Screen> {
    this.looks++;
    return { lines: this.#lines, title: '' };
  }

  watch(listener: (glance: PaneGlance | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async paste(): Promise<boolean> {
    return true;
  }

  async press(): Promise<boolean> {
    return true;
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    return await work();
  }
}
