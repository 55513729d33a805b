import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaceFailure, SendResult } from '../../src/core/agent-handle.ts';
import type { Fact } from '../../src/core/events.ts';
import { attemptPatch, newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import type { Rest } from '../../src/core/slots.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import type { LiveAgent } from '../../src/steps/environments/environment.ts';
import { makeGraph, type TaskSpec } from './graphs.ts';

/** An agent that does what the test says. */
export class ScriptedAgent implements LiveAgent {
  readonly address = {
    label: 'scripted',
    teardown: async () => {
      this.torn++;
    },
  };
  torn = 0;
  /** What the wrapper wrote. */
  code: number | null = null;
  screen: string[] = [];
  placeLost = false;
  #leave = (): void => {};
  readonly #left = new Promise<void>((resolve) => {
    this.#leave = resolve;
  });

  end(code: number | null, screen: string[] = []): void {
    this.code = code;
    this.screen = screen;
    this.#leave();
  }

  async isAlive(): Promise<boolean> {
    return this.code === null;
  }

  exitCode(): number | null {
    return this.code;
  }

  async placeFailure(): Promise<PlaceFailure | null> {
    return this.placeLost ? { code: 'place_lost', message: 'its place was ended' } : null;
  }

  async exited(signal: AbortSignal): Promise<void> {
    await Promise.race([
      this.#left,
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    ]);
  }

  async lastLines(count: number): Promise<string[]> {
    return this.screen.slice(-count);
  }

  async send(_text: string, _signal: AbortSignal): Promise<SendResult> {
    return 'submitted';
  }
}

/** One attempt of task `task`, with a signal directory and what it reports. */
export function makeAttempt(
  folder: string,
  options: {
    spec?: Partial<TaskSpec>;
    attempt?: number;
    run?: number;
    resumed?: Partial<AttemptState>;
    rest?: Rest;
  } = {},
) {
  const { spec = {}, attempt = 1, run = 1 } = options;
  const graph = makeGraph({ tasks: [{ id: 'task', ...spec }] });
  const [task] = graph.tasks;
  const [workstream] = graph.workstreams;
  if (task === undefined || workstream === undefined) throw new Error('the graph has no task');
  const leave = new AbortController();
  const facts: Fact[] = [];
  const begun = newAttempt(attempt, '2026-01-01T00:00:00.000Z', 'hash');
  let recorded: AttemptState = { ...begun, ...options.resumed };
  const emit = (fact: Fact) => {
    facts.push(fact);
    const event = { v: 1, seq: facts.length, at: new Date().toISOString(), ...fact } as never;
    recorded = { ...recorded, ...attemptPatch(recorded, event) };
  };
  const runtime = new TaskRuntime({
    task,
    workstream,
    run,
    attempt,
    token: 'token',
    tokenHash: 'hash',
    signal: leave.signal,
    emit,
    resumed: options.resumed === undefined ? null : recorded,
    recorded: () => recorded,
    rest: options.rest ?? null,
  });
  const signalDir = join(folder, `signals-${attempt}`);
  mkdirSync(signalDir, { recursive: true });
  runtime.state.signalDir = signalDir;
  const agent = new ScriptedAgent();
  runtime.artifacts.agent = agent;
  const kinds = () => facts.map(({ kind }) => kind);
  return { runtime, agent, signalDir, facts, kinds, leave };
}
