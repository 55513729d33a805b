import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LiveAttention } from '../../../src/core/attention.ts';
import type { AttemptState } from '../../../src/core/run-state.ts';
import { AgentTeller } from '../../../src/steps/agents/agent-teller.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import type { TaskSpec } from '../../support/graphs.ts';
import { SaidMonitor } from '../../support/monitored.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

function telling(resumed?: Partial<AttemptState>, spec: Partial<TaskSpec> = {}) {
  const attempt = makeAttempt(temporaryFolder(), { spec, ...(resumed === undefined ? {} : { resumed }) });
  const monitor = new SaidMonitor();
  const clock = new SimulatedClock();
  const teller = new AgentTeller(attempt.runtime, monitor, clock);
  let spoken = 0;
  /** The agent's own words. */
  const says = (state: LiveAttention, question: string | null = null) => {
    const at = new Date(clock.now() + spoken++).toISOString();
    const text = JSON.stringify({ schema_version: '1', state, question, choices: [], until: null, at, token: 'token' });
    writeFileSync(join(attempt.signalDir, 'draft'), text);
    renameSync(join(attempt.signalDir, 'draft'), join(attempt.signalDir, 'attention.json'));
  };
  /** What is told at the next look. */
  const look = () => {
    const before = attempt.facts.length;
    teller.look();
    return attempt.facts.slice(before).map((told) => {
      const { task: _, attempt: __, ...fact } = told as Record<string, unknown>;
      return fact;
    });
  };
  return { ...attempt, monitor, clock, teller, says, look };
}

test('each change of what is known is told once', () => {
  const { monitor, look, teller } = telling();
  expect(look()).toEqual([]);
  monitor.known('working');
  expect(look()).toEqual([{ kind: 'agent_working' }]);
  expect(look()).toEqual([]);
  const until = '2026-01-02T00:00:00.000Z';
  monitor.known('usage_limited', { until });
  expect(look()).toEqual([{ kind: 'agent_usage_limited', until }]);
  expect(teller.current()).toMatchObject({ state: 'usage_limited', until });
});

test('a permission can be given or not, also where nobody saw its choices', () => {
  const { monitor, look } = telling();
  monitor.known('waiting_permission', { question: 'Run it?' });
  expect(look()).toEqual([{ kind: 'agent_waiting_permission', question: 'Run it?', choices: ['allow', 'deny'] }]);
  monitor.known('waiting_permission', { question: 'Run it?', choices: ['Yes', 'No'] });
  expect(look()).toMatchObject([{ choices: ['Yes', 'No'] }]);
  monitor.known('waiting_input');
  expect(look()).toMatchObject([{ choices: [] }]);
});

test('a contradiction is told with its evidence, once until something is known again', () => {
  const { monitor, look, runtime } = telling();
  const unknown = (...evidence: string[]) => monitor.say({ attention: { kind: 'unknown', evidence } });
  unknown('a', 'b');
  expect(look()).toEqual([{ kind: 'agent_unknown', evidence: ['a', 'b'] }]);
  unknown('c', 'd');
  expect(look()).toEqual([]);
  monitor.known('idle');
  look();
  unknown('a', 'b');
  expect(look()).toHaveLength(1);
  expect(runtime.recorded()?.attention).toBeNull();
});

test('after a prompt that it took, the same state once more is news', () => {
  const { monitor, look, runtime } = telling();
  monitor.known('idle');
  look();
  monitor.begin();
  runtime.report({ kind: 'task_prompted', result: 'submitted' });
  expect(look()).toEqual([]);
  monitor.known('idle');
  expect(look()).toEqual([{ kind: 'agent_idle' }]);
});

test('what it says itself that it waits for stands against what it seems to do, until it took a prompt', () => {
  const { monitor, look, says, clock, teller } = telling();
  monitor.known('working');
  look();
  says('waiting_input', 'which?');
  expect(look()).toMatchObject([{ kind: 'agent_waiting_input', question: 'which?' }]);
  monitor.known('idle');
  expect(look()).toEqual([]);
  expect(teller.current()?.state).toBe('waiting_input');
  monitor.say({ prompts: [{ source: 'hook', text: 'this', at: clock.now() + 1_000 }] });
  expect(look()).toEqual([{ kind: 'agent_idle' }]);
});

test('what it says itself that it does counts until something newer is seen', async () => {
  const { monitor, look, says, clock } = telling();
  monitor.known('working');
  look();
  await clock.advance(1_000);
  says('idle');
  expect(look()).toEqual([{ kind: 'agent_idle' }]);
  expect(look()).toEqual([]);
  await clock.advance(1_000);
  monitor.known('waiting_permission');
  expect(look()).toMatchObject([{ kind: 'agent_waiting_permission' }]);
});

test('its own words of a turn that is over count no more', () => {
  const { monitor, look, says, teller } = telling();
  says('waiting_input');
  look();
  teller.skipOwnWords();
  monitor.known('working');
  expect(look()).toEqual([{ kind: 'agent_working' }]);
});

test('one that waits is silent for good reason; of another it is told, and when it is over', () => {
  const { monitor, look, says } = telling();
  says('idle');
  look();
  monitor.known('stalled');
  expect(look()).toEqual([]);
  monitor.say({ attention: null });
  says('working');
  expect(look()).toEqual([{ kind: 'agent_working' }]);
});

test('silence that is over is told, also where nothing else is known', () => {
  const { monitor, look } = telling();
  monitor.known('stalled');
  expect(look()).toEqual([{ kind: 'agent_stalled' }]);
  monitor.say({ attention: null });
  expect(look()).toEqual([{ kind: 'agent_unknown', evidence: ['it prints again'] }]);
});

test('a new owner tells nothing that is recorded', () => {
  const { monitor, look } = telling({ attention: 'idle', attentionSince: '2026-01-01T00:00:00.000Z' });
  monitor.known('idle');
  expect(look()).toEqual([]);
});

test('the session is told when it is known, and with its transcript', () => {
  const { monitor, look } = telling();
  monitor.say({ session: 's' });
  expect(look()).toEqual([{ kind: 'task_session', session: 's', transcript: null }]);
  expect(look()).toEqual([]);
  monitor.say({ transcript: '/t' });
  expect(look()).toEqual([{ kind: 'task_session', session: 's', transcript: '/t' }]);
  expect(look()).toEqual([]);
});

test('what it uses is told at most every 10 s, at the end of a turn, and at the end', async () => {
  const { monitor, look, clock, teller, facts } = telling();
  const use = (tokens: number) =>
    monitor.say({
      usage: {
        ...{ input_tokens: tokens, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 },
        ...{ cost_usd: null, model: null },
      },
    });
  use(1);
  expect(look()).toMatchObject([{ kind: 'task_usage', input_tokens: 1 }]);
  use(2);
  await clock.advance(9_000);
  expect(look()).toEqual([]);
  await clock.advance(1_000);
  expect(look()).toMatchObject([{ input_tokens: 2 }]);
  use(3);
  monitor.known('idle');
  expect(look()).toMatchObject([{ kind: 'agent_idle' }, { input_tokens: 3 }]);
  expect(look()).toEqual([]);
  monitor.known('working');
  use(4);
  look();
  expect(facts.at(-1)).toMatchObject({ kind: 'agent_working' });
  teller.end();
  expect(facts.at(-1)).toMatchObject({ kind: 'task_usage', input_tokens: 4 });
  expect(monitor.looks).toBe(1);
});

test('what takes much of the budget of its task is told at once', async () => {
  const { monitor, look } = telling({}, { maxCostUsd: 1 });
  const use = (cost: number) =>
    monitor.say({
      usage: {
        ...{ input_tokens: 1, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 },
        ...{ cost_usd: cost, model: null },
      },
    });
  use(0.5);
  expect(look()).toMatchObject([{ kind: 'task_usage', cost_usd: 0.5 }]);
  use(0.54);
  expect(look()).toEqual([]);
  use(0.56);
  expect(look()).toMatchObject([{ cost_usd: 0.56 }]);
});
