import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PresetData } from '../../../src/core/frameworks/preset-data.ts';
import { claudeCodeData } from '../../../src/steps/frameworks/claude-code.ts';
import { codexData } from '../../../src/steps/frameworks/codex.ts';
import { plainScreen } from '../../../src/steps/frameworks/plain-screen.ts';
import { screenReader } from '../../../src/steps/frameworks/read-screen.ts';
import { screenFixtures } from '../../support/screen-fixtures.ts';

const NOW = Date.parse('2026-11-21T19:00:00Z');
const RULE = '─'.repeat(60);

const PRESETS: Readonly<Record<string, PresetData>> = { claude_code: claudeCodeData, codex: codexData };
const recorded = screenFixtures().filter(({ framework }) => PRESETS[framework] !== undefined);
const readers = new Map(Object.entries(PRESETS).map(([name, data]) => [name, screenReader(data)]));

/** A program of the plainest kind. */
const plain = screenReader({
  dialogs: [
    { name: 'login', kind: 'login', shows: ['^Log in'], keys: null, when: 'always' },
    { name: 'trust', kind: 'trust', shows: ['^Trust it', '^Yes$'], keys: ['Enter'], when: 'skip' },
  ],
  title: { busy: ['^\\* '], idle: ['^= '] },
  screen: {
    lines: 20,
    input: '^(?: {2})?> (?:Type here|(.*))$',
    busy: ['^Working', 'stop with esc$'],
    idle: ['^Done in'],
    permission: ['^May it run\\?', '\\(y/n\\)$'],
    question: ['^Choose with enter'],
    login: ['^Not logged in'],
    limit: ['^Limit reached'],
    queued: ['^Queued:'],
    pasted: [],
  },
});

function read(text: string, title = '') {
  return plain(plainScreen(text, title), NOW);
}

function stateIn(text: string, title = '') {
  return read(text, title).report?.state ?? null;
}

describe('a screen', () => {
  it('is idle when there is an input, and says what stands in it', () => {
    expect(read('hello\n\n> ')).toMatchObject({ report: { state: 'idle' }, input: '', dialog: null, queued: false });
    expect(read('hello\n> Type here').input).toBe('');
    expect(read('> one\n  two\n\nfooter').input).toBe('one\ntwo');
    expect(read(`${RULE}\n> one\n\n  three\n${RULE}\nfooter`).input).toBe('one\n\nthree');
    expect(read('╭──────────╮\n│ > text   │\n╰──────────╯').input).toBe('text');
    expect(read('>\u00a0hard\u00a0blanks').input).toBe('hard blanks');
    expect(read('no input at all').input).toBeNull();
    expect(read('Queued: more\n> ').queued).toBe(true);
  });

  it('is not known when there is nothing to go by', () => {
    expect(stateIn('')).toBeNull();
    expect(stateIn('$ ls\nsome files')).toBeNull();
    expect(stateIn(`> \n${'more\n'.repeat(12)}`)).toBeNull();
    expect(stateIn('> go\n\nWhat now?\n* 1. This\n  2. That')).toBeNull();
  });

  it('goes by the last word above the input', () => {
    expect(stateIn('Limit reached\nWorking\n> ')).toBe('working');
    expect(stateIn('Working\nLimit reached\n> ')).toBe('usage_limited');
    expect(stateIn('Limit reached\nNot logged in\n> ')).toBe('login_required');
    expect(stateIn('Limit reached\nDone in 3s\n> ')).toBe('idle');
  });

  it('forgets what was said before the last prompt, and what is far above', () => {
    expect(stateIn('Limit reached\n\n> go on\n\nhello\n\n> ')).toBe('idle');
    expect(stateIn(`Limit reached\n${'words\n\n'.repeat(12)}> `)).toBe('idle');
    expect(stateIn(`Limit reached\n${'words\n\n'.repeat(11)}> `)).toBe('usage_limited');
  });

  it('has its keys in a question below the input, or without one', () => {
    expect(stateIn('May it run?\n1. Yes\n2. No\n\n> ')).toBe('idle');
    expect(stateIn('> go\n\nMay it run?\n* 1. Yes\n  2. No')).toBe('waiting_permission');
    expect(read('> go\n\nMay it run?\n* 1. Yes\n  2. No').input).toBeNull();
    expect(stateIn('words\nMay it run? (y/n)')).toBe('waiting_permission');
    expect(stateIn('May it run?\n1. Yes\n2. No\n\nWhich?\n1. A\n2. B\nChoose with enter')).toBe('waiting_input');
  });

  it('asks the paragraph above the choices, whatever frame is around them', () => {
    const framed = [
      '╭──────────────╮',
      '│ Which one    │',
      '│ of these?    │',
      '│ ● 1. A       │',
      '│   2. B  best │',
      '╰──────────────╯',
    ];
    expect(read([...framed, 'Choose with enter'].join('\n')).report).toEqual({
      state: 'waiting_input',
      question: 'Which one of these?',
      choices: ['A', 'B'],
      until: null,
    });
    expect(
      read(`${'w'.repeat(40)}\n\nMay it run?\n  1. Yes, and all that are like it from here on\n     on\n  2. No`).report
        ?.choices,
    ).toEqual(['Yes, and all that are like it from here on on', 'No']);
    expect(read('words\n\nRun npm test\nnow? (y/n)').report).toMatchObject({
      question: 'Run npm test now? (y/n)',
      choices: [],
    });
    expect(read('May it run?\n\n❯ No\n  Yes\n\nfooter').report?.choices).toEqual(['No', 'Yes']);
  });

  it('shows the dialog that is nearest to its end', () => {
    expect(read('Trust it\nYes')).toMatchObject({ dialog: 'trust', report: { state: 'trust_prompt' }, input: null });
    expect(read('Trust it\nYes\n\nLog in')).toMatchObject({ dialog: 'login', report: { state: 'login_required' } });
    expect(read('Trust it\nNo').dialog).toBeNull();
    expect(read('Trust it\nYes\n\n> ').dialog).toBeNull();
  });

  it('finds words that were broken for want of room', () => {
    expect(stateIn(`${'w'.repeat(30)}\nhello, you can always stop\nwith esc\n> `)).toBe('working');
    expect(stateIn(`${'w'.repeat(90)}\nyou can stop\nwith esc\n> `)).toBe('idle');
  });

  it('says nothing that its title contradicts', () => {
    expect(stateIn('hello\n> ', '* name')).toBe('working');
    expect(stateIn('Done in 3s\n> ', '* name')).toBeNull();
    expect(stateIn('Limit reached\n> ', '* name')).toBeNull();
    expect(stateIn('Working\n> ', '= name')).toBeNull();
    expect(stateIn('> \nWorking', '= name')).toBe('working');
    expect(stateIn('> go\nMay it run?\n* 1. Yes\n  2. No', '* name')).toBe('waiting_permission');
    expect(stateIn('> go\nMay it run?\nWorking')).toBeNull();
  });

  it('says when a limit ends', () => {
    expect(read('Limit reached, resets 8pm (UTC)\n> ').report?.until).toBe('2026-11-21T20:00:00.000Z');
    expect(read('Limit reached\nplease try again in 5 minutes\n> ').report?.until).toBe('2026-11-21T19:05:00.000Z');
    expect(read('done 6:40 PM\nLimit reached\n> ').report?.until).toBeNull();
  });
});

describe('a recorded screen', () => {
  // Of what was there before, some lines are between.
  const between = Array<string>(21).fill('words');

  it('is read alike below whatever was there before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recorded), fc.constantFrom(...recorded), ({ framework, screen, now }, before) => {
        const reader = readers.get(framework);
        const alone = reader?.(screen, now);
        const below = reader?.({ ...screen, lines: [...before.screen.lines, ...between, ...screen.lines] }, now);
        expect(below?.report?.state).toBe(alone?.report?.state);
        expect(below?.input).toBe(alone?.input);
        expect(below?.dialog).toBe(alone?.dialog);
      }),
      { numRuns: 500 },
    );
  });

  it('is never read as a question once an empty input stands at its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recorded), ({ framework, screen, now }) => {
        const box =
          framework === 'codex' ? ['', '› ', '', '  model · folder'] : [RULE, '❯ ', RULE, '  ⏸ manual mode on'];
        const reading = readers.get(framework)?.({ title: '', lines: [...screen.lines, ...box] }, now);
        expect(reading?.dialog).toBeNull();
        expect(reading?.input).toBe('');
        expect(reading?.report?.state).not.toMatch(/waiting|trust/);
      }),
    );
  });

  it('is read, and never fails, in any size and state of drawing', () => {
    const cut = fc.tuple(
      fc.constantFrom(...recorded),
      fc.nat(60),
      fc.nat(60),
      fc.integer({ min: 5, max: 120 }),
      fc.string(),
    );
    fc.assert(
      fc.property(cut, ([{ framework, screen, now }, from, count, width, title]) => {
        const lines = screen.lines.slice(from, from + count).map((line) => line.slice(0, width));
        const reading = readers.get(framework)?.({ lines, title }, now);
        expect(reading?.report?.choices.length ?? 0).toBeLessThanOrEqual(9);
      }),
      { numRuns: 500 },
    );
  });
});
