import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installClaude } from '../../support/places/headless-claude.ts';
import { makeProject, type Project } from '../../support/run-fixture.ts';

const AGENTS = 50;
const BYTES = 10 * 1024 * 1024;
/** Of the owner, in KiB. */
const MOST_MEMORY = 150 * 1024;

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** As claude prints it: an answer and what it does, in two lines of the same answer, then what the tool gave back. */
function manyLines(): string {
  const lines: string[] = [];
  const text = 'so it goes on, and on, with "quotes" and ümlauts;\n';
  const usage = {
    input_tokens: 100,
    output_tokens: 10,
    cache_read_input_tokens: 1_000,
    cache_creation_input_tokens: 5,
  };
  const say = (type: string, message: object) => lines.push(`${JSON.stringify({ type, message })}\n`);
  for (let size = 0, at = 0; size < BYTES; at++) {
    const answer = { id: `m${at}`, model: 'm', usage };
    say('assistant', { ...answer, content: [{ type: 'text', text: text.repeat(10) }] });
    say('assistant', {
      ...answer,
      content: [{ type: 'tool_use', id: `t${at}`, name: 'Bash', input: { command: text } }],
    });
    say('user', { content: [{ type: 'tool_result', tool_use_id: `t${at}`, content: text.repeat(at % 400) }] });
    for (const line of lines.slice(-3)) size += Buffer.byteLength(line);
  }
  return lines.join('');
}

/** Dollars, to the cent and below. */
const costOf = (number: number) => (number * 137 + 11) / 10_000;

/** Reads the most that a process ever had in memory, until it is gone; in KiB. */
function watchMemory(pid: number): () => number {
  let most = 0;
  const look = () => {
    try {
      most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    return most;
  };
}

test('fifty agents that print ten megabytes each cost little memory, and nothing of it is lost', async () => {
  const names = Array.from({ length: AGENTS }, (_, at) => `t${at + 1}`);
  const lines = manyLines();
  writeFileSync(join(project.folder, 'lines'), lines);
  const signal = `printf '%s\\nNO_PR\\n%s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$AGENTRELAY_TOKEN" >"$AGENTRELAY_SIGNAL_DIR/draft"
mv "$AGENTRELAY_SIGNAL_DIR/draft" "$AGENTRELAY_SIGNAL_DIR/.done"`;
  const script = (number: number) => `wait_for "$HOME/all"; cat "$HOME/lines"; result ${costOf(number)}; ${signal}`;
  installClaude(project, Object.fromEntries(names.map((name, at) => [name, script(at + 1)])));
  const graph = project.graph({
    name: 'many',
    max_concurrency: AGENTS,
    workstreams: [{ id: 'default', parallel: true }],
    primary_agent: { framework: 'claude_code', environment: { type: 'process' } },
    tasks: names.map((id) => ({ id })),
  });
  const run = project.start('run', graph, '--json');
  const mostMemory = watchMemory(run.pid);
  await Promise.all(names.map((id) => run.event('task_waiting', (event) => event.task === id)));
  project.write('all', '');
  expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
  const memory = mostMemory();

  const events = project.journal('many');
  for (const [at, id] of names.entries()) {
    const usage = events.filter((event) => event.kind === 'task_usage' && event.task === id).at(-1);
    expect(usage).toMatchObject({ cost_usd: costOf(at + 1), input_tokens: 100, output_tokens: 10 });
    const stream = readFileSync(
      join(project.repo, `.workflow/many/runs/1/signals/${id}/attempt-1/stream.jsonl`),
      'utf8',
    );
    const from = stream.indexOf('\n') + 1;
    expect(stream.slice(0, from)).toContain('"subtype":"init"');
    expect(stream.slice(from, from + lines.length) === lines).toBe(true);
    expect(stream.slice(from + lines.length)).toMatch(/^{"type":"result".*}\n$/);
  }
  expect(memory).toBeGreaterThan(0);
  expect(memory).toBeLessThanOrEqual(MOST_MEMORY);
}, 180_000);
