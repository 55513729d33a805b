import { expect, test } from 'vitest';
import type { AttentionReport } from '../../../src/core/attention.ts';
import { AgentLaunchError } from '../../../src/core/errors.ts';
import type { AgentAccess } from '../../../src/steps/agents/agent-access.ts';
import { Kickoff } from '../../../src/steps/agents/kickoff.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { toyAccess } from '../../support/toy-access.ts';
import { type ToyManner, ToyProgram } from '../../support/toy-program.ts';

const PROMPT = 'Read /signals/attempt-1/instructions.md and follow it.';

interface Circumstances {
  readonly kickoff?: 'argv' | 'typed';
  readonly access?: Partial<AgentAccess>;
  readonly hasSignalled?: () => Promise<boolean>;
}

function setUp(manner: ToyManner, { kickoff = 'typed', access: changes = {}, hasSignalled }: Circumstances = {}) {
  const clock = new SimulatedClock();
  const program = new ToyProgram(clock, manner);
  const access = toyAccess(clock, program, changes);
  const told: AttentionReport['state'][] = [];
  const answered: string[] = [];
  const leave = new AbortController();
  const run = () => {
    const kicked = new Kickoff(access, {
      prompt: PROMPT,
      kickoff,
      signal: leave.signal,
      hasSignalled: hasSignalled ?? (async () => false),
      tell: ({ state }) => {
        if (told.at(-1) !== state) told.push(state);
      },
      answered: (dialog) => answered.push(dialog),
    }).run();
    kicked.catch(() => {});
    return kicked;
  };
  const kick = async (limit = 200_000) => {
    const kicked = run();
    await clock.advance(limit);
    return await kicked;
  };
  return { clock, program, access, told, answered, leave, run, kick };
}

const argv = (becomes: 'taken' | 'written' | 'lost', after = 0) => ({ prompt: PROMPT, becomes, after });

test('a program that types nothing by itself gets the prompt when it is ready', async () => {
  const { program, kick } = setUp({ startsAfter: 7_000 });
  expect(await kick()).toEqual({ seenBy: 'screen', tries: 1 });
  expect([program.accepted, program.pressed]).toEqual([[PROMPT], ['Enter']]);
});

test('of one that takes it from its command line nothing is pressed', async () => {
  for (const hooks of [true, false]) {
    const { program, kick } = setUp({ startsAfter: 20_000, argv: argv('taken'), hooks }, { kickoff: 'argv' });
    expect(await kick()).toEqual({ seenBy: hooks ? 'hook' : 'screen', tries: 1 });
    expect([program.accepted, program.pressed]).toEqual([[PROMPT], []]);
  }
});

test('one whose turn is over in no time has taken it', async () => {
  const { program, kick } = setUp({ argv: argv('taken'), turn: 10 }, { kickoff: 'argv' });
  expect(await kick()).toEqual({ seenBy: 'screen', tries: 1 });
  expect([program.accepted, program.pressed]).toEqual([[PROMPT], []]);
});

test('one that is slow to take what it was given is not given it twice', async () => {
  for (const manner of [{ argv: argv('taken', 11_000) }, { argv: argv('taken', 3_000), hooks: true }]) {
    const { program, kick } = setUp(manner, { kickoff: 'argv' });
    await kick();
    expect([program.accepted, program.pressed]).toEqual([[PROMPT], []]);
  }
});

test('a prompt that was put into the input and waits there is submitted', async () => {
  const { program, kick } = setUp({ argv: argv('written'), swallows: 1 }, { kickoff: 'argv' });
  expect(await kick()).toEqual({ seenBy: 'screen', tries: 3 });
  expect([program.accepted, program.pressed]).toEqual([[PROMPT], ['Enter', 'Enter']]);
});

test('a prompt that was lost is typed', async () => {
  for (const keepsRecords of [true, false]) {
    const { program, kick } = setUp({ argv: argv('lost') }, { kickoff: 'argv', access: { keepsRecords } });
    expect(await kick()).toMatchObject({ tries: 2 });
    expect([program.accepted, program.pressed]).toEqual([[PROMPT], ['Enter']]);
  }
});

test('dialogs are answered one by one, and told of', async () => {
  const dialogs = [{ name: 'trust', keys: ['Down', 'Enter'] }] as const;
  const { program, answered, told, kick } = setUp({ dialogs, argv: argv('taken') }, { kickoff: 'argv' });
  expect(await kick()).toEqual({ seenBy: 'screen', tries: 1 });
  expect([program.pressed, answered, told]).toEqual([['Down', 'Enter'], ['trust'], []]);
});

test('a dialog that grants something needs a person, unless approvals are skipped', async () => {
  const manner: ToyManner = { dialogs: [{ name: 'bypass', keys: ['Down', 'Enter'] }] };
  const skipping = setUp(manner, { access: { approvals: 'skip' } });
  expect(await skipping.kick()).toMatchObject({ seenBy: 'screen' });
  expect(skipping.answered).toEqual(['bypass']);
  const asking = setUp(manner);
  const kicked = asking.run();
  await asking.clock.advance(3_600_000);
  expect([asking.program.pressed, asking.told]).toEqual([[], ['trust_prompt']]);
  // A person answers; the time that he took is not the program's.
  await asking.program.press(['Down', 'Enter']);
  await asking.clock.advance(10_000);
  expect(await kicked).toEqual({ seenBy: 'screen', tries: 1 });
  expect(asking.told).toEqual(['trust_prompt', 'working']);
  expect(asking.program.accepted).toEqual([PROMPT]);
});

test('a login needs a person, for as long as it takes', async () => {
  const { clock, program, told, run, leave } = setUp({ dialogs: [{ name: 'login', keys: ['never'] }] });
  const kicked = run();
  await clock.advance(3_600_000);
  expect([program.pressed, told]).toEqual([[], ['login_required']]);
  leave.abort('cancel');
  await expect(kicked).rejects.toBe('cancel');
});

test('a dialog that two answers do not move needs a person', async () => {
  const dialogs = [{ name: 'trust', keys: ['Down', 'Down', 'Down', 'Enter'] }];
  const { program, clock, told, run, leave } = setUp({ dialogs });
  const kicked = run();
  await clock.advance(600_000);
  // The mark moved with the first, and not with what came after it: nothing more was pressed.
  expect([program.pressed, told]).toEqual([['Down', 'Enter', 'Down', 'Enter'], ['trust_prompt']]);
  leave.abort('cancel');
  await expect(kicked).rejects.toBe('cancel');
});

test('what the agent asks about its work proves that it has begun', async () => {
  const { program, kick } = setUp({ argv: argv('taken'), asks: 'MAY I run it?' }, { kickoff: 'argv' });
  expect(await kick()).toEqual({ seenBy: 'screen', tries: 1 });
  expect(program.pressed).toEqual([]);
});

test('what is asked before it has anything needs a person', async () => {
  const { clock, program, told, run } = setUp({});
  program.instead = ['WHICH theme?', '1. dark', '2. light'];
  const kicked = run();
  await clock.advance(600_000);
  expect([program.pressed, told]).toEqual([[], ['waiting_input']]);
  program.instead = null;
  await clock.advance(10_000);
  expect(await kicked).toMatchObject({ tries: 1 });
});

test('no more than three submissions, then it has failed with what its screen showed', async () => {
  const { program, kick } = setUp({ swallows: 100 });
  const failed = await kick().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(AgentLaunchError);
  expect(failed).toMatchObject({ code: 'kickoff_failed', failureClass: 'expected_task_failure' });
  expect((failed as Error).message).toMatch(/within 120 s; its screen: > Read .*instructions\.md.* ⏎ /);
  expect(program.pressed).toEqual(['Enter', 'Enter', 'Enter']);
});

test('one that never shows anything has failed', async () => {
  const { kick, program } = setUp({ startsAfter: 10_000_000 });
  await expect(kick()).rejects.toMatchObject({ code: 'kickoff_failed', message: expect.stringContaining('empty') });
  expect(program.pressed).toEqual([]);
});

test('what somebody has written is not sent, and not added to', async () => {
  const { program, kick } = setUp({});
  program.text = 'words of a person';
  await expect(kick()).rejects.toMatchObject({ code: 'kickoff_failed' });
  expect([program.pressed, program.text]).toEqual([[], 'words of a person']);
});

test('an agent that has ended is seen at once; one that has signalled has begun', async () => {
  const ended = new AgentLaunchError('agent_exited', 'it has ended');
  const broken = setUp({}, { hasSignalled: () => Promise.reject(ended) });
  await expect(broken.kick(0)).rejects.toBe(ended);
  const done = setUp({}, { hasSignalled: async () => true });
  expect(await done.kick(0)).toEqual({ seenBy: 'process', tries: 1 });
});

test('a later owner sends nothing that the earlier one has sent', async () => {
  const recorded = setUp({});
  recorded.access.sent.add(PROMPT);
  expect(await recorded.kick()).toMatchObject({ seenBy: 'screen' });
  const told = setUp({});
  told.program.monitor.take('transcript', PROMPT);
  expect(await told.kick()).toMatchObject({ seenBy: 'transcript' });
  const shown = setUp({}, { access: { shows: async () => true } });
  expect(await shown.kick()).toMatchObject({ seenBy: 'screen' });
  for (const { program } of [recorded, told, shown]) expect(program.pressed).toEqual([]);
  const written = setUp({});
  written.access.sent.add(PROMPT);
  written.program.text = PROMPT;
  expect(await written.kick()).toMatchObject({ seenBy: 'screen' });
  expect(written.program.accepted).toEqual([PROMPT]);
});
