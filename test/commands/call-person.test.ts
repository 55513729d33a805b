import { expect, test, vi } from 'vitest';
import { callPerson } from '../../src/commands/call-person.ts';
import { DEFAULT_CONFIG } from '../../src/core/user-config/user-config.ts';
import { Journal, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

function ready(isTTY: boolean) {
  const graph = makeGraph({ tasks: [{ id: 'a' }, { id: 'b' }] });
  const log = startLog(graph, new Journal());
  const written: string[] = [];
  const terminal = { isTTY, write: (bytes: string) => written.push(bytes) > 0 };
  log.append({ kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' });
  log.append({ kind: 'task_started', task: 'b', attempt: 1, token_hash: 'h' });
  const ask = (task: string) =>
    log.append({ kind: 'agent_waiting_input', task, attempt: 1, question: 'Which?', choices: [] });
  const begin = () => {
    const config = DEFAULT_CONFIG.notify;
    return callPerson({ log, graph: 'shop', config, graphCommand: null, terminal: terminal as never });
  };
  return { log, written, ask, begin };
}

test('rings once for each that is newly needed, and not for what was needed before', () => {
  vi.useFakeTimers();
  const { written, ask, begin, log } = ready(true);
  ask('a');
  const end = begin();
  vi.advanceTimersByTime(1_000);
  expect(written).toEqual([]);
  ask('b');
  log.append({ kind: 'run_paused' });
  vi.advanceTimersByTime(1_000);
  expect(written.join('')).toBe('\x1b]9;agentrelay: shop: b asks a question\x1b\\\x07');
  log.append({ kind: 'run_unpaused' });
  vi.advanceTimersByTime(1_000);
  end();
  expect(written).toHaveLength(2);
  vi.useRealTimers();
});

test('what came last is told at the end; where there is no terminal nothing is written', () => {
  const [seen, unseen] = [ready(true), ready(false)];
  for (const { ask, begin } of [seen, unseen]) {
    const end = begin();
    ask('a');
    end();
  }
  expect(seen.written.join('')).toContain('a asks a question');
  expect(unseen.written).toEqual([]);
});
