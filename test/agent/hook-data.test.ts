import { expect, test } from 'vitest';
import { fitHook } from '../../src/agent/hook-data.ts';

const data = (line: string) => JSON.parse(line).data;

test('texts are cut, and what is too big goes, the contents of tools first', () => {
  const question = { questions: [{ question: 'q'.repeat(150), options: ['a', 'b'] }], file: 'f'.repeat(9_000) };
  const given = { session_id: 's', prompt: 'p'.repeat(5_000), tool_input: question, tool_response: 'r'.repeat(5_000) };
  expect(data(fitHook({}, JSON.stringify(given)))).toMatchObject({
    session_id: 's',
    prompt: 'p'.repeat(2_000),
    tool_response: 'r'.repeat(2_000),
  });
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`k${at}`, 'v'.repeat(2_000)]));
  const shrunk = data(fitHook({}, JSON.stringify({ ...given, tool_response: many })));
  expect(shrunk).not.toHaveProperty('tool_response');
  expect(shrunk.tool_input).toEqual({ ...question, file: 'f'.repeat(2_000) });
  const asked = data(fitHook({}, JSON.stringify({ ...given, tool_response: many, tool_input: { ...question, many } })));
  expect(asked.tool_input).toMatchObject({ questions: question.questions, file: 'f'.repeat(200) });
});

test('a line is never too long, and its small fields stay', () => {
  const huge = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`key-${at}`, '€'.repeat(900)]));
  const line = fitHook({ event: 'e' }, JSON.stringify({ session_id: 's', ...huge, deep: [[[[[[[[[['x']]]]]]]]]] }));
  expect(Buffer.byteLength(line)).toBeLessThan(16 * 1024);
  expect(data(line)).toMatchObject({ session_id: 's' });
  expect(data(fitHook({}, JSON.stringify({ prompt: '😀'.repeat(1_001) }))).prompt).toBe('😀'.repeat(1_000));
  expect(data(fitHook({}, JSON.stringify({ prompt: `a${'😀'.repeat(1_001)}` }))).prompt.isWellFormed()).toBe(true);
});
