import { expect, test } from 'vitest';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { eventsOf, textOf } from '../views.ts';
import { allOf, begun, detailView, FAILED, implRun, shown } from './facts.ts';

test('instructions are wrapped, and their headings are strong, but not in code', () => {
  const lines = ['# Task', '', 'Write the cart and prove that it adds up.', '```', '# a comment', '```', '## Rules'];
  const detail = { tab: 'prompt', path: '/r/instructions.md', lines, note: 'only the first MiB' } as const;
  const view = detailView(implRun(), detail);
  expect(shown(view, 24)).toEqual([
    ' only the first MiB',
    ' /r/instructions.md',
    '',
    '# Task',
    '',
    'Write the cart and prove',
    'that it adds up.',
    '```',
    '# a comment',
    '```',
    '## Rules',
  ]);
  const strong = allOf(panelScroll(view, 24)).filter(({ words }) => words[0]?.tone === 'strong');
  expect(strong.map((line) => textOf(line).trim())).toEqual(['# Task', '## Rules']);
});

test('events with the time of the run and of the day, in the words of the lines of a run', () => {
  const events = eventsOf(FAILED, 1);
  const view = detailView(implRun(FAILED), { tab: 'events', events, omitted: 4 });
  const clock = new Date(events[0]?.at ?? '').toTimeString().slice(0, 8);
  const lines = shown(view);
  expect(lines.slice(0, 2)).toEqual([' … 4 before', ` 00:01.0  ${clock}  started`]);
  expect(lines[5]).toMatch(/^ 00:05\.0 {2}\S+ {2}failed {10}timeout: took 5 s and more$/);
  expect(shown(view, 40)[5]).toBe(' 00:05.0  failed          timeout: took…');
  const [, , , , , failed] = allOf(panelScroll(view, 80));
  expect(failed?.words.find(({ text }) => text.startsWith('failed'))?.tone).toBe('bad');
  expect(shown(detailView(implRun([]), { tab: 'events', events: [], omitted: 0 }))).toEqual([
    ' nothing has happened to it yet',
  ]);
});

test('what happened before the run is known is told from the first event on', () => {
  const run = { ...implRun(), startedAt: null };
  const view = detailView(run, { tab: 'events', events: eventsOf(begun(), 100), omitted: 0 });
  expect(shown(view)[0]).toMatch(/^ 00:00\.0/);
});
