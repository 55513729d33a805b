import { expect, test } from 'vitest';
import type { AgentAccess } from '../../../src/steps/agents/agent-access.ts';
import { type Delivered, deliver } from '../../../src/steps/agents/deliver.ts';
import { DialogAnswers } from '../../../src/steps/agents/dialogs.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { toyAccess } from '../../support/toy-access.ts';
import { type ToyManner, ToyProgram, toyTraits } from '../../support/toy-program.ts';

const LONG = 'read the output of the gate, mend the cause, commit, and run agentrelay-complete again';

function setUp(manner: ToyManner = {}, changes: Partial<AgentAccess> = {}) {
  const clock = new SimulatedClock();
  const program = new ToyProgram(clock, manner);
  const access = toyAccess(clock, program, changes);
  const leave = new AbortController();
  const answered: string[] = [];
  const send = async (
    text: string,
    options: { unlessShown?: boolean; patience?: number; patient?: boolean } = {},
  ): Promise<Delivered> => {
    const dialogs = new DialogAnswers(access, (dialog) => answered.push(dialog));
    const sent = deliver(access, text, { signal: leave.signal, dialogs, ...options });
    sent.catch(() => {});
    await clock.advance(90_000);
    return await sent;
  };
  return { clock, program, access, leave, answered, send };
}

test('a prompt is pasted, submitted once, and seen to be taken', async () => {
  const { program, access, send } = setUp();
  expect(await send(LONG)).toEqual({ result: 'submitted', by: 'screen', presses: 1 });
  expect([program.accepted, program.pressed]).toEqual([[LONG], ['Enter']]);
  // For a later owner.
  expect(access.sent.has(LONG)).toBe(true);
});

test('a hook tells more than the screen, and is waited for where somebody wants to know', async () => {
  const told = setUp({ hooks: true });
  expect(await told.send(LONG)).toMatchObject({ result: 'submitted', by: 'hook' });
  const late = setUp({}, { keepsRecords: true });
  void late.clock.sleep(2_000).then(() => late.program.monitor.take('transcript', `<pasted>\n${LONG}\n</pasted>`));
  expect(await late.send(LONG, { patience: 5_000 })).toMatchObject({ result: 'submitted', by: 'transcript' });
});

test('keys that were swallowed, or were line breaks, are pressed again while the text stands in the input', async () => {
  const swallowing = setUp({ swallows: 2 });
  expect(await swallowing.send(LONG)).toEqual({ result: 'submitted', by: 'screen', presses: 3 });
  expect(swallowing.program.accepted).toEqual([LONG]);
  const breaking = setUp({ newlines: 1 });
  expect(await breaking.send(LONG)).toMatchObject({ result: 'submitted', presses: 2 });
  expect(breaking.program.accepted).toEqual([LONG]);
});

test('what never leaves the input is typed, and is submitted without another paste the next time', async () => {
  const { program, send } = setUp({ swallows: 3 });
  expect(await send(LONG)).toEqual({ result: 'typed', by: null, presses: 3 });
  expect(program.text).toBe(LONG);
  expect(await send(LONG)).toMatchObject({ result: 'submitted', presses: 1 });
  expect(program.accepted).toEqual([LONG]);
});

test('what could not be submitted before goes with the next prompt', async () => {
  const { program, send } = setUp({ swallows: 3 });
  await send(LONG);
  expect(await send('and another thing')).toMatchObject({ result: 'submitted' });
  expect(program.accepted).toEqual([`${LONG}\nand another thing`]);
});

test('what somebody else has written is left alone', async () => {
  const { program, send } = setUp();
  program.text = 'a thought of a person';
  expect(await send(LONG)).toEqual({ result: 'failed', by: null, presses: 0 });
  expect([program.text, program.pressed]).toEqual(['a thought of a person', []]);
});

test.each(['MAY I run it?', 'WHICH one?'])('nothing is typed into a question: %s', async (asks) => {
  const { program, send } = setUp({ asks, turn: 0 });
  program.take('work');
  expect(await send('1')).toMatchObject({ result: 'failed' });
  expect([program.pressed, program.text]).toEqual([[], '']);
});

test('a program that shows its input beside a question gets nothing typed, too', async () => {
  const { read } = toyTraits();
  const report = { state: 'waiting_permission', question: null, choices: [], until: null } as const;
  const traits = toyTraits({ read: (screen, now) => ({ ...read(screen, now), report }) });
  const { program, send } = setUp({}, { traits });
  expect(await send(LONG)).toMatchObject({ result: 'failed' });
  expect([program.pressed, program.text]).toEqual([[], '']);
});

test('what somebody writes in place of a prompt that was not taken is not submitted', async () => {
  const { clock, program, send } = setUp({ swallows: 1 });
  void clock.sleep(300).then(() => {
    program.text = 'a thought of a person';
  });
  expect(await send(LONG)).toEqual({ result: 'typed', by: null, presses: 1 });
  expect([program.pressed, program.accepted]).toEqual([['Enter'], []]);
});

test('a dialog that needs nobody is answered first; one that needs a person has the keys', async () => {
  const free = setUp({ dialogs: [{ name: 'trust', keys: ['Down', 'Enter'] }] });
  expect(await free.send(LONG)).toMatchObject({ result: 'submitted' });
  expect([free.answered, free.program.accepted]).toEqual([['trust'], [LONG]]);
  const login = setUp({ dialogs: [{ name: 'login', keys: ['never'] }] });
  expect(await login.send(LONG)).toMatchObject({ result: 'failed' });
  expect(login.program.pressed).toEqual([]);
});

test('one that works keeps it for later, or is waited for by who is patient', async () => {
  const queueing = setUp({ turn: 10_000 });
  queueing.program.take('work');
  expect(await queueing.send(LONG)).toMatchObject({ result: 'queued', presses: 1 });
  expect(queueing.program.queue).toEqual([LONG]);
  const submit = { settle: 100, waits: [500], queues: false };
  const waiting = setUp({ turn: 10_000 }, { traits: toyTraits({ submit }) });
  waiting.program.take('work');
  expect(await waiting.send(LONG)).toMatchObject({ result: 'failed' });
  expect(waiting.program.accepted).toEqual(['work']);
  expect(await waiting.send(LONG, { patient: true })).toMatchObject({ result: 'submitted' });
  expect(waiting.program.accepted).toEqual(['work', LONG]);
});

test('a long text that is folded in the input counts as ours', async () => {
  const { program, send } = setUp({ folds: true, swallows: 1 });
  const text = 'line\n'.repeat(20_000).trim();
  expect(await send(text)).toMatchObject({ result: 'submitted', presses: 2 });
  expect(program.accepted).toEqual([text]);
});

test('a paste that is never seen is not submitted, and not pasted again', async () => {
  const { program, access, send } = setUp({ pasteShownAfter: 1_000_000 });
  expect(await send(LONG)).toEqual({ result: 'typed', by: null, presses: 0 });
  expect([program.pressed, access.sent.has(LONG)]).toEqual([[], false]);
});

test('the keys are not pressed into what has come up between the paste and them', async () => {
  const { clock, program, send } = setUp();
  void clock.sleep(60).then(() => {
    program.instead = ['MAY I delete it?', '1. yes', '2. no'];
  });
  expect(await send(LONG)).toEqual({ result: 'typed', by: null, presses: 0 });
  expect(program.pressed).toEqual([]);
});

test('it is gone', async () => {
  const { program, send } = setUp();
  program.isGone = true;
  expect(await send(LONG)).toMatchObject({ result: 'gone' });
});

test('without words there is nothing to send', async () => {
  const { program, send } = setUp();
  expect(await send('\u001b\n\n')).toMatchObject({ result: 'failed' });
  expect(program.pressed).toEqual([]);
});

test('an earlier owner may have sent it: hooks, its record, or the screen tell', async () => {
  const told = setUp();
  told.program.monitor.take('hook', LONG);
  expect(await told.send(LONG, { unlessShown: true })).toEqual({ result: 'submitted', by: 'hook', presses: 0 });
  const recorded = setUp();
  recorded.access.sent.add(LONG);
  expect(await recorded.send(LONG, { unlessShown: true })).toMatchObject({ by: 'screen', presses: 0 });
  const shown = setUp({}, { shows: async () => true });
  expect(await shown.send(LONG, { unlessShown: true })).toMatchObject({ by: 'screen', presses: 0 });
  for (const { program } of [told, recorded, shown]) expect(program.pressed).toEqual([]);
  const never = setUp();
  expect(await never.send(LONG, { unlessShown: true })).toMatchObject({ result: 'submitted', presses: 1 });
});

test('one that was about to be submitted when its owner went stands in the input, and is submitted', async () => {
  const { program, access, send } = setUp({}, { shows: async () => true });
  access.sent.add(LONG);
  program.text = LONG;
  expect(await send(LONG, { unlessShown: true })).toMatchObject({ result: 'submitted', presses: 1 });
  expect(program.accepted).toEqual([LONG]);
});

test('two texts for one terminal do not mix', async () => {
  const { program, access, clock, leave } = setUp({ turn: 0 });
  const dialogs = new DialogAnswers(access, () => {});
  const texts = ['one', 'two', 'three'];
  const sent = Promise.all(texts.map((text) => deliver(access, text, { signal: leave.signal, dialogs })));
  await clock.advance(60_000);
  expect((await sent).map(({ result }) => result)).toEqual(['submitted', 'submitted', 'submitted']);
  expect(program.accepted).toEqual(texts);
});

test('nothing is pressed any more when the owner leaves', async () => {
  const { program, clock, leave, send } = setUp({ pasteShownAfter: 2_000 });
  void clock.sleep(1_000).then(() => leave.abort('detach'));
  await expect(send(LONG)).rejects.toBe('detach');
  expect(program.pressed).toEqual([]);
});
