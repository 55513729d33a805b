import { describe, expect, test } from 'vitest';
import { type AttentionReport, LIVE_ATTENTIONS, type LiveAttention } from '../../../src/core/attention.ts';
import { type Evidence, type Said, type SeenScreen, weighEvidence } from '../../../src/steps/agents/weigh-evidence.ts';

const NOW = 1_000_000;
const NOTHING: Evidence = { hook: null, transcript: null, title: null, screen: null, printedAt: NOW - 600_000 };

const report = (state: LiveAttention, more: Partial<AttentionReport> = {}): AttentionReport => ({
  ...{ state, question: null, choices: [], until: null },
  ...more,
});
const said = (state: LiveAttention, ago: number, more: Partial<AttentionReport> = {}): Said => ({
  report: report(state, more),
  at: NOW - ago,
  from: 'hook Stop',
});
/** A screen that has been like that for so long. */
const screen = (state: LiveAttention | null, forMs: number, more: Partial<SeenScreen> = {}): Evidence['screen'] => ({
  value: { report: state === null ? null : report(state), input: null, blank: false, ...more },
  since: NOW - forMs,
  until: NOW,
});
const title = (value: 'working' | 'idle', forMs: number): Evidence['title'] => ({
  value,
  since: NOW - forMs,
  until: NOW,
});
const weigh = (evidence: Partial<Evidence>) => weighEvidence({ ...NOTHING, ...evidence }, NOW);

/** Its state, and who told it; `unknown`, or `nothing`. */
function verdict(evidence: Partial<Evidence>): string {
  const found = weigh(evidence);
  return found === null ? 'nothing' : found.kind === 'unknown' ? 'unknown' : `${found.report.state} by ${found.source}`;
}

describe('one source alone', () => {
  test('nothing tells nothing', () => {
    expect(weigh({})).toBeNull();
    expect(weigh({ screen: screen(null, 60_000, { blank: true }) })).toBeNull();
    expect(weigh({ title: title('idle', 60_000) })).toBeNull();
  });

  test.each(LIVE_ATTENTIONS)('%s is believed to each', (state) => {
    expect(verdict({ hook: said(state, 10) })).toBe(`${state} by hook`);
    expect(verdict({ transcript: said(state, 10) })).toBe(`${state} by transcript`);
    expect(verdict({ screen: screen(state, 0) })).toBe(`${state} by screen`);
  });

  test('a title tells of work, which a screen without a word of it does not gainsay', () => {
    expect(verdict({ title: title('working', 0) })).toBe('working by title');
    expect(verdict({ title: title('working', 0), screen: screen('idle', 9_000) })).toBe('working by title');
    expect(verdict({ title: title('working', 0), screen: screen(null, 9_000) })).toBe('working by title');
  });

  test('what a screen shows that nobody knows is unknown, once it stands', () => {
    expect(verdict({ screen: screen(null, 4_999) })).toBe('nothing');
    expect(weigh({ screen: screen(null, 5_000) })).toEqual({
      kind: 'unknown',
      evidence: ['screen: nothing that is known'],
    });
    expect(verdict({ screen: screen(null, 5_000), title: title('idle', 5_000) })).toBe('unknown');
  });

  test('programs show the title of one that is ready beside a dialog, but not for long beside work', () => {
    for (const state of ['trust_prompt', 'login_required', 'waiting_permission', 'usage_limited', 'idle'] as const) {
      expect(verdict({ title: title('idle', 60_000), screen: screen(state, 60_000) })).toBe(`${state} by screen`);
    }
    expect(verdict({ title: title('idle', 4_999), screen: screen('working', 60_000) })).toBe('working by screen');
    expect(weigh({ title: title('idle', 5_000), screen: screen('working', 5_000) })).toEqual({
      kind: 'unknown',
      evidence: ['title: idle', 'screen: working'],
    });
  });
});

describe('hooks and transcript', () => {
  test('the hook counts more, unless the transcript has gone on without it', () => {
    const hook = said('working', 5_000);
    expect(verdict({ hook, transcript: said('idle', 3_000) })).toBe('working by hook');
    expect(verdict({ hook, transcript: said('idle', 2_999) })).toBe('idle by transcript');
    expect(verdict({ hook, transcript: said('idle', 9_000) })).toBe('working by hook');
  });

  test('an error soon after its hook, which only the transcript tells, counts once it can be seen', () => {
    const told = { hook: said('working', 3_000), transcript: said('idle', 2_500) };
    expect(verdict({ ...told })).toBe('working by hook');
    expect(verdict({ ...told, screen: screen('idle', 2_000) })).toBe('idle by transcript');
    const late = { hook: said('idle', 2_500), transcript: said('working', 3_000) };
    expect(verdict({ ...late, screen: screen('idle', 2_000) })).toBe('idle by hook');
  });
});

describe('what was told, and a screen that shows the same', () => {
  test('the screen fills in what was not told, and no more', () => {
    const asked = report('waiting_permission', { question: 'seen?', choices: ['Yes', 'No'] });
    const seen = screen('waiting_permission', 0, { report: asked });
    expect(weigh({ hook: said('waiting_permission', 10), screen: seen })).toEqual({
      kind: 'known',
      report: asked,
      source: 'hook',
    });
    const told = { question: 'told?', choices: ['A'] };
    expect(weigh({ hook: said('waiting_permission', 10, told), screen: seen })).toMatchObject({ report: told });
    const limit = report('usage_limited', { until: '2026-01-01T00:00:00.000Z' });
    expect(weigh({ hook: said('usage_limited', 10), screen: screen('usage_limited', 0, { report: limit }) })).toEqual({
      kind: 'known',
      report: limit,
      source: 'hook',
    });
  });
});

const DIALOGS = ['waiting_permission', 'waiting_input', 'trust_prompt', 'login_required', 'usage_limited'] as const;

/** What is said of it at each of these moments (milliseconds for which told and shown contradict each other). */
const MOMENTS = [0, 1_499, 1_500, 2_999, 3_000, 4_999, 5_000, 59_999, 60_000] as const;
type Course = Partial<Record<(typeof MOMENTS)[number], string>>;

function course(
  told: LiveAttention,
  shown: LiveAttention,
  more: Partial<SeenScreen> = {},
  printedAgo = 600_000,
): Course {
  const found: Course = {};
  let last = '';
  for (const stands of MOMENTS) {
    const evidence = {
      hook: said(told, stands),
      screen: screen(shown, stands + 10_000, more),
      printedAt: NOW - printedAgo,
    };
    const now = verdict(evidence);
    if (now !== last) found[stands] = now;
    last = now;
  }
  return found;
}

describe('what was told, and a screen that shows something else', () => {
  test.each(DIALOGS)('%s has the keys, once it stands', (shown) => {
    for (const told of ['working', 'idle'] as const) {
      expect(course(told, shown)).toEqual({ 0: `${told} by hook`, 1500: `${shown} by screen` });
    }
  });

  test('which question it is was told better than it can be seen', () => {
    for (const told of ['waiting_permission', 'waiting_input'] as const) {
      for (const shown of ['waiting_permission', 'waiting_input'] as const) {
        expect(course(told, shown)).toEqual({ 0: `${told} by hook` });
      }
      expect(course(told, 'trust_prompt')).toEqual({ 0: `${told} by hook`, 1500: 'trust_prompt by screen' });
    }
  });

  test('a turn that ended and was not told: unknown first, then what stands there, unless it prints', () => {
    const ended = { 0: 'working by hook', 5000: 'unknown', 60000: 'idle by screen' };
    expect(course('working', 'idle')).toEqual(ended);
    expect(course('working', 'idle', { input: '' })).toEqual(ended);
    expect(course('working', 'idle', {}, 100)).toEqual({ 0: 'working by hook', 5000: 'unknown' });
    expect(weigh({ hook: said('working', 5_000), screen: screen('idle', 5_000) })).toEqual({
      kind: 'unknown',
      evidence: ['hook Stop: working', 'screen: idle'],
    });
  });

  test('one that goes on after its end: work is believed where it prints', () => {
    expect(course('idle', 'working', {}, 2_000)).toEqual({ 0: 'idle by hook', 3000: 'working by screen' });
    expect(course('idle', 'working', {}, 2_001)).toEqual({ 0: 'idle by hook', 5000: 'unknown' });
  });

  test.each(['waiting_permission', 'waiting_input', 'trust_prompt'] as const)(
    '%s that is gone was answered',
    (told) => {
      expect(course(told, 'working')).toEqual({ 0: `${told} by hook`, 1500: 'working by screen' });
      expect(course(told, 'idle', { input: '' })).toEqual({ 0: `${told} by hook`, 1500: 'idle by screen' });
    },
  );

  test.each([null, '1. Yes'])('a dialog may look like an input with %j in it: nobody guesses', (input) => {
    expect(course('waiting_permission', 'idle', { input })).toEqual({
      0: 'waiting_permission by hook',
      5000: 'unknown',
    });
  });

  test('a limit stays until its time or until there is work, whatever went out of sight', () => {
    expect(course('usage_limited', 'idle', { input: '' })).toEqual({ 0: 'usage_limited by hook' });
    expect(course('usage_limited', 'working', {}, 100)).toEqual({
      0: 'usage_limited by hook',
      3000: 'working by screen',
    });
    expect(course('usage_limited', 'working')).toEqual({ 0: 'usage_limited by hook', 5000: 'unknown' });
  });

  test('a login that was done elsewhere shows in the end', () => {
    expect(course('login_required', 'idle', { input: '' })).toEqual({
      0: 'login_required by hook',
      60000: 'idle by screen',
    });
  });

  test('a screen that is not clear contradicts nobody', () => {
    for (const told of LIVE_ATTENTIONS) {
      expect(verdict({ hook: said(told, 60_000), screen: screen(null, 60_000) })).toBe(`${told} by hook`);
    }
  });

  test('a screen that was seen before it was told is not held against it', () => {
    const before = { ...screen('idle', 90_000), until: NOW - 30_000 } as NonNullable<Evidence['screen']>;
    expect(verdict({ hook: said('working', 20_000), screen: before })).toBe('working by hook');
    expect(verdict({ hook: said('working', 34_000), screen: before })).toBe('working by hook');
    expect(verdict({ hook: said('working', 36_000), screen: before })).toBe('unknown');
  });

  test('a title of work against a turn that was told to be over', () => {
    const printing = { hook: said('idle', 3_000), title: title('working', 3_000), printedAt: NOW };
    expect(verdict(printing)).toBe('working by title');
    expect(verdict({ ...printing, hook: said('idle', 2_999) })).toBe('idle by hook');
  });
});

const STATES = [...LIVE_ATTENTIONS, null];
const HEADS = ['working', 'idle', null] as const;
const EVERYTHING = STATES.flatMap((told) =>
  STATES.flatMap((shown) => HEADS.flatMap((head) => MOMENTS.map((stands) => ({ told, shown, head, stands })))),
);

test('whatever there is: a state is one that somebody told or showed, and a contradiction has its evidence', () => {
  for (const { told, shown, head, stands } of EVERYTHING) {
    const found = weigh({
      hook: told === null ? null : said(told, stands),
      screen: screen(shown, stands),
      title: head === null ? null : title(head, stands),
    });
    if (found === null) expect([told, shown]).toEqual([null, null]);
    else if (found.kind === 'known') expect([told, shown, head]).toContain(found.report.state);
    else expect(found.evidence.length).toBeGreaterThan(0);
  }
});
