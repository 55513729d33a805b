import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claudeStream } from '../../../src/steps/frameworks/claude-stream.ts';
import { readStream, sumOf } from '../../support/stream-fixtures.ts';

const SESSION = 'its-session';

/** What one answer has used; what it costs, in hundredths of a cent. */
interface Answer {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly cost: number;
}

interface Turn {
  readonly answers: readonly Answer[];
  /** Its process was ended before it could tell. */
  readonly isBroken: boolean;
}

const amount = fc.integer({ min: 1, max: 5_000 });
const turns = fc.array(
  fc.record({
    answers: fc.array(fc.record({ input: amount, output: amount, cached: amount, cost: amount }), {
      minLength: 1,
      maxLength: 4,
    }),
    isBroken: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

function sum(answers: readonly Answer[]) {
  const of = (key: keyof Answer) => answers.reduce((total, answer) => total + answer[key], 0);
  return { input: of('input'), output: of('output'), cached: of('cached'), cost: of('cost') / 10_000 };
}

function modelUsage(answers: readonly Answer[]) {
  const { input, output, cached, cost } = sum(answers);
  return { m: { inputTokens: input, outputTokens: output, cacheReadInputTokens: cached, costUSD: cost } };
}

/** The lines of these turns. `knows`: what its session has used in all is told, and what it has used since, as newer versions do. */
function linesOf(
  all: readonly Turn[],
  { before = [], knows }: { before?: readonly Answer[]; knows: boolean },
): string[] {
  const past = [...before];
  let id = 0;
  return all
    .flatMap(({ answers, isBroken }) => {
      const said = answers.map(({ input, cached }) => {
        id += 1;
        const usage = { input_tokens: input, cache_read_input_tokens: cached, output_tokens: 1 };
        return { type: 'assistant', session_id: SESSION, message: { id: `${id}`, model: 'm', content: [], usage } };
      });
      const own = [...answers];
      past.push(...answers);
      const told = knows ? past : own;
      const since = knows ? { model_usage_since_last_result: modelUsage(own) } : {};
      const end = { total_cost_usd: sum(told).cost, modelUsage: modelUsage(told), ...since };
      return [
        { type: 'system', subtype: 'init', session_id: SESSION },
        ...said,
        ...(isBroken ? [] : [{ type: 'result', session_id: SESSION, result: '', ...end }]),
      ];
    })
    .map((line) => JSON.stringify(line));
}

const read = (lines: readonly string[]) => sumOf(readStream(claudeStream, lines, 0));

test('all turns add up to the cent, those that were ended early with the next one that was not', () => {
  fc.assert(
    fc.property(turns, (all) => {
      const ended = [...all, { answers: [{ input: 1, output: 1, cached: 1, cost: 1 }], isBroken: false }];
      const { input, output, cached, cost } = sum(ended.flatMap(({ answers }) => answers));
      const told = read(linesOf(ended, { knows: true }));
      expect(told).toMatchObject({ input_tokens: input, output_tokens: output, cache_read_tokens: cached });
      expect(told?.cost_usd).toBeCloseTo(cost, 6);
    }),
  );
});

test('what an earlier agent has used of its session is not counted', () => {
  fc.assert(
    fc.property(turns, fc.integer({ min: 30_000, max: 90_000 }), (all, much) => {
      const before = [{ input: much, output: much, cached: much, cost: much }];
      const ended = all.map((turn) => ({ ...turn, isBroken: false }));
      const { input, output, cost } = sum(ended.flatMap(({ answers }) => answers));
      const told = read(linesOf(ended, { before, knows: true }));
      expect(told).toMatchObject({ input_tokens: input, output_tokens: output });
      expect(told?.cost_usd).toBeCloseTo(cost, 6);
    }),
  );
});

test('of a version that only knows of its own process, the processes add up', () => {
  const answer = (cost: number): Answer => ({ input: cost, output: cost, cached: cost, cost });
  const all = [30, 10, 50].map((cost) => ({ answers: [answer(cost)], isBroken: false }));
  expect(read(linesOf(all, { knows: false }))).toMatchObject({ input_tokens: 90, output_tokens: 90 });
  expect(read(linesOf(all, { knows: false }))?.cost_usd).toBeCloseTo(0.009, 6);
});

test('until a turn ends, its answers tell their tokens', () => {
  const all = [{ answers: [{ input: 5, output: 7, cached: 9, cost: 3 }], isBroken: true }];
  expect(read(linesOf(all, { knows: true }))).toMatchObject({ input_tokens: 5, cache_read_tokens: 9, cost_usd: null });
});
