import { expect, test } from 'vitest';
import type { Answer } from '../../../src/core/agent-handle.ts';
import type { KeyData } from '../../../src/core/frameworks/preset-data.ts';
import { answer } from '../../../src/steps/agents/answer.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { toyAccess } from '../../support/toy-access.ts';
import { type ToyManner, ToyProgram, toyTraits } from '../../support/toy-program.ts';

async function answered(manner: ToyManner, given: Answer, keys: Partial<KeyData> = {}, prompt: string | null = 'work') {
  const clock = new SimulatedClock();
  const program = new ToyProgram(clock, manner);
  const traits = toyTraits();
  const access = toyAccess(clock, program, { traits: { ...traits, keys: { ...traits.keys, ...keys } } });
  if (prompt !== null) program.take(prompt);
  const result = answer(access, given, new AbortController().signal);
  await clock.advance(30_000);
  return { result: await result, pressed: program.pressed, text: program.text };
}

const PERMISSION = { asks: 'MAY I run it?' };
const QUESTION = { asks: 'WHICH one?' };
const NOTHING = { result: 'failed', pressed: [], text: '' };

test.each<[string, ToyManner, Answer, Partial<KeyData>, string[]]>([
  ['allow', PERMISSION, { kind: 'allow' }, {}, ['1']],
  ['deny', PERMISSION, { kind: 'deny' }, {}, ['Escape']],
  ['a choice by its number', QUESTION, { kind: 'choice', number: 2 }, {}, ['2']],
  ['a choice and Enter', QUESTION, { kind: 'choice', number: 2 }, { choose: 'number_enter' }, ['2', 'Enter']],
  ['the words of a choice', QUESTION, { kind: 'text', text: 'No ' }, {}, ['2']],
])('%s is the keys that the program takes', async (_, manner, given, keys, pressed) => {
  expect(await answered(manner, given, keys)).toEqual({ result: 'submitted', pressed, text: '' });
});

test('a dialog is allowed by its own keys', async () => {
  const trust = { dialogs: [{ name: 'trust', keys: ['Down', 'Enter'] }] };
  const { result, pressed } = await answered(trust, { kind: 'allow' }, {}, null);
  expect([result, pressed]).toEqual(['submitted', ['Down', 'Enter']]);
});

test('no key is pressed where nothing is asked, or what was given is no answer to it', async () => {
  expect(await answered({}, { kind: 'allow' })).toEqual(NOTHING);
  expect(await answered({}, { kind: 'deny' }, {}, null)).toEqual(NOTHING);
  expect(await answered(QUESTION, { kind: 'choice', number: 3 })).toEqual(NOTHING);
  expect(await answered(QUESTION, { kind: 'choice', number: 1 }, { choose: 'none' })).toEqual(NOTHING);
  expect(await answered(PERMISSION, { kind: 'allow' }, { approve: null })).toEqual(NOTHING);
  expect(await answered(PERMISSION, { kind: 'text', text: '1' })).toEqual(NOTHING);
  const login = { dialogs: [{ name: 'login', keys: ['never'] }] };
  expect(await answered(login, { kind: 'allow' }, {}, null)).toEqual(NOTHING);
});

test('one that goes on asking the same was told nothing that it took', async () => {
  const { result, pressed } = await answered(PERMISSION, { kind: 'allow' }, { approve: ['9'] });
  expect([result, pressed]).toEqual(['typed', ['9']]);
});

test('a mark that does not move chooses nothing', async () => {
  const second = { kind: 'choice', number: 2 } as const;
  const { result, pressed } = await answered(QUESTION, second, { choose: 'arrows' });
  expect([result, pressed]).toEqual(['typed', ['Down']]);
});

test('one that goes with the answer has taken it', async () => {
  const clock = new SimulatedClock();
  const program = new ToyProgram(clock, PERMISSION);
  program.take('work');
  const press = program.press.bind(program);
  program.press = async (keys) => {
    const pressed = await press(keys);
    program.isGone = true;
    return pressed;
  };
  const result = answer(toyAccess(clock, program), { kind: 'allow' }, new AbortController().signal);
  await clock.advance(30_000);
  expect(await result).toBe('submitted');
});

test('it is gone', async () => {
  const clock = new SimulatedClock();
  const program = new ToyProgram(clock);
  program.isGone = true;
  expect(await answer(toyAccess(clock, program), { kind: 'allow' }, new AbortController().signal)).toBe('gone');
});
