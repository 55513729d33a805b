import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AttentionWatch } from '../../src/steps/attention-watch.ts';
import { firstPrompt } from '../../src/steps/frameworks/framework.ts';
import { acceptedPrompts, standInRecord } from '../support/agents/install.ts';
import { type Action, type StartScript, script, started } from '../support/agents/script.ts';
import { type KickoffBench, kickoffBench, type StartedAgent } from '../support/kickoff-bench.ts';
import { kickoffTrial } from '../support/sweep/kickoff-cases.ts';
import { sweepKickoffs } from '../support/sweep/kickoff-sweep.ts';

const FRAMEWORKS = ['claude_code', 'codex'] as const;

// A short form of `npm run sweep:kickoff`.
test('agents that start late, show dialogs and swallow keys each accept their prompt exactly once', async () => {
  const trials = Array.from({ length: 2 }, (_, at) => kickoffTrial(at + 1, 7, FRAMEWORKS));
  const results = await sweepKickoffs({ trials, jobs: 2, load: 1 }, () => {});
  expect(results.filter(({ deviations }) => deviations.length > 0)).toEqual([]);
  expect(results).toHaveLength(2);
});

describe.each(FRAMEWORKS)('%s', (framework) => {
  let bench: KickoffBench;
  beforeEach(async () => {
    bench = await kickoffBench();
  });
  afterEach(() => bench.end());

  const start = (turns: readonly (readonly Action[])[], how: StartScript = {}, approvals: 'ask' | 'skip' = 'skip') =>
    bench.start({ task: 't', framework, approvals, script: started(how, { ...script(...turns), otherwise: [] }) });
  const accepted = () => acceptedPrompts(bench.folder, 't');
  const answers = () => standInRecord(bench.folder, 't').flatMap((fact) => (fact.kind === 'answer' ? [fact] : []));
  const prompted = ({ signalDir }: StartedAgent) => firstPrompt(join(signalDir, 'instructions.md'));
  const kinds = ({ facts }: StartedAgent) => facts.map(({ kind }) => kind);
  const ended = () =>
    standInRecord(bench.folder, 't').flatMap((fact) => (fact.kind === 'turn_ended' ? [fact.how] : []));
  const see = (fits: () => void | Promise<void>) => vi.waitFor(fits, { interval: 20, timeout: 20_000 });

  /** By its screen alone, which shows it soonest. */
  const stateOf = async ({ agent }: StartedAgent) => {
    const screen = await agent.terminal.screen();
    return screen === null ? null : (agent.framework.terminal?.read(screen, Date.now()).report?.state ?? null);
  };

  test('what it is told later arrives byte for byte, and runs nothing', async () => {
    const agent = await start([]);
    await agent.kickoff();
    const texts = [
      'it\'s "quoted" \\ $(touch owned) `touch owned` ${HOME} #{pane_id} #(touch owned) %H ;',
      'of two lines\n\n  with a gap, $(touch owned)\nand 漢字 👩🏽‍🚀 \u202egnorw',
      `${'the whole of it, $(touch owned) é漢👍🏽\n'.repeat(2_500)}end`,
      '\u001b[201~\u0003stays \u001b]0;x\u0007one paste\u009b2J',
    ];
    const wanted = [...texts.slice(0, 3), '[201~stays ]0;xone paste2J'];
    for (const text of texts) {
      // What comes while it works is queued.
      await see(async () => expect([ended().length, await stateOf(agent)]).toEqual([accepted().length, 'idle']));
      expect(await agent.agent.send(text, agent.runtime.signal)).toBe('submitted');
    }
    expect(accepted()).toEqual([prompted(agent), ...wanted]);
    expect(existsSync(join(bench.folder, 'trees/t/owned'))).toBe(false);
  });

  test('what it is told while it works is kept for later', async () => {
    const agent = await start([[{ waitFor: join(bench.folder, 'go') }]]);
    await agent.kickoff();
    expect(['queued', 'submitted']).toContain(await agent.agent.send('and then this', agent.runtime.signal));
    bench.release('go');
    await see(() => expect(accepted()).toEqual([prompted(agent), 'and then this']));
  });

  test('a permission is given or refused by the keys that it takes, and nothing else is answered', async () => {
    const permission = { permission: { tool: 'shell', text: 'make all', always: true } } as const;
    const agent = await start([[permission, { say: 'made' }], [permission]], {}, 'ask');
    const answer = (given: 'allow' | 'deny') => agent.agent.answer?.({ kind: given }, agent.runtime.signal);
    const send = (text: string) => agent.agent.send(text, agent.runtime.signal);
    await agent.kickoff();
    await see(async () => expect(await stateOf(agent)).toBe('waiting_permission'));
    expect(await send('1')).toBe('failed');
    expect(await answer('allow')).toBe('submitted');
    await see(() => expect(ended()).toEqual(['done']));
    expect(await answer('allow')).toBe('failed');
    expect(await send('again')).toBe('submitted');
    await see(async () => expect(await stateOf(agent)).toBe('waiting_permission'));
    expect(await answer('deny')).toBe('submitted');
    await see(() => expect(ended()).toEqual(['done', 'denied']));
    expect(answers().map(({ to }) => to)).toEqual(['permission', 'permission']);
    expect(standInRecord(bench.folder, 't').filter(({ kind }) => kind === 'mistake')).toEqual([]);
  });

  test('what the agent itself has asked is answered by a prompt', async () => {
    const agent = await start([]);
    await agent.kickoff();
    await see(async () => expect([ended(), await stateOf(agent)]).toEqual([['done'], 'idle']));
    const asked = { state: 'waiting_input', question: 'Which one?', choices: ['red', 'blue'], until: null };
    const said = { schema_version: '1', ...asked, at: new Date().toISOString(), token: agent.runtime.token };
    writeFileSync(join(agent.signalDir, 'attention.json'), JSON.stringify(said));
    const choose = (number: number) => agent.agent.answer?.({ kind: 'choice', number }, agent.runtime.signal);
    // Nobody has told of it yet.
    expect(await choose(2)).toBe('failed');
    new AttentionWatch(agent.runtime).look();
    expect(await choose(2)).toBe('submitted');
    expect(await choose(3)).toBe('failed');
    expect(accepted()).toEqual([prompted(agent), 'blue']);
  });

  test('a question is answered by its choices, and by words where it takes any', async () => {
    const question = { question: { text: 'Which database shall it be?', choices: ['SQLite', 'Postgres'] } };
    const agent = await start([[question], [question]]);
    await agent.kickoff();
    const asks = () => see(async () => expect(await stateOf(agent)).toBe('waiting_input'));
    const say = (text: string) => agent.agent.answer?.({ kind: 'text', text }, agent.runtime.signal);
    await asks();
    expect(await say('postgres')).toBe('submitted');
    await see(async () => expect([ended(), await stateOf(agent)]).toEqual([['done'], 'idle']));
    await agent.agent.send('again', agent.runtime.signal);
    await asks();
    const took = await say('neither: $(touch owned) of\nthem');
    if (took === 'submitted') await see(() => expect(ended()).toEqual(['done', 'done']));
    const texts = answers().map(({ text }) => text);
    expect([took, texts.slice(1)]).toEqual(
      framework === 'codex' ? ['failed', []] : ['submitted', ['neither: $(touch owned) of them']],
    );
    expect(texts[0]).toContain('Postgres');
    expect(existsSync(join(bench.folder, 'trees/t/owned'))).toBe(false);
  });

  test('a folder is trusted by a person where approvals are asked for', async () => {
    const agent = await start([], { dialogs: [{ name: 'trust', always: true }] }, 'ask');
    const kicked = agent.kickoff();
    await see(() => expect(kinds(agent)).toContain('agent_trust_prompt'));
    expect(answers()).toEqual([]);
    expect(await agent.agent.answer?.({ kind: 'allow' }, agent.runtime.signal)).toBe('submitted');
    expect(await kicked).toMatchObject({ tries: 1 });
    expect(answers().map(({ to, bad }) => [to, bad])).toEqual([['trust', false]]);
    expect(accepted()).toEqual([prompted(agent)]);
  });

  test('a later owner finds that it has its prompt', async () => {
    for (const how of [{}, { promptNotSubmitted: true }]) {
      const agent = await start([[{ hang: true }]], how);
      await agent.kickoff();
      const later = await bench.find(agent);
      await later.kickoff();
      expect(accepted()).toEqual([prompted(agent)]);
      await later.end();
      bench.forget('t');
    }
  });

  test('one that ends before it takes its prompt has failed at once', async () => {
    const agent = await start([], { fails: { code: 3, text: 'no such model' } });
    await expect(agent.kickoff()).rejects.toMatchObject({
      code: 'agent_exited',
      message: expect.stringMatching(/exited with 3 .*; its last lines: .*no such model/),
    });
    expect(kinds(agent)).toEqual(['agent_exited']);
  });
});
