import { expect, test } from 'vitest';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { textOf } from '../views.ts';
import { begun, detailView, implRun, shown } from './facts.ts';

function output(lines: readonly string[], { live = true, note = null as string | null } = {}) {
  return { tab: 'output', lines, live, note } as const;
}

test("keeps the agent's colours, also from one line to the next, and drops all else that steers a terminal", () => {
  const view = detailView(implRun(), output(['\x1b[1;32mgreen\x1b]0;title\x07', 'still\x1b[0m plain\x1b[2J']));
  const [first, second] = panelScroll(view, 20).lines(0, 2);
  expect(first?.words[0]).toEqual({ text: 'green', tone: 'plain', sgr: '1;32' });
  expect(second?.words.slice(0, 2)).toEqual([
    { text: 'still', tone: 'plain', sgr: '1;32' },
    { text: ' plain', tone: 'plain' },
  ]);
});

test('a window in the middle has the colours that began far above it', () => {
  const lines = ['\x1b[0mplain', '\x1b[31mred', ...Array.from({ length: 500 }, (_, i) => `line ${i}`)];
  const [line] = panelScroll(detailView(implRun(), output(lines)), 20).lines(400, 1);
  expect(line?.words[0]).toEqual({ text: 'line 398', tone: 'plain', sgr: '31' });
});

test('lines are cut with an ellipsis, not wrapped, and read sideways', () => {
  const run = implRun();
  const detail = output(['0123456789abcdef', 'short', '']);
  expect(shown(detailView(run, detail), 10)).toEqual(['012345678…', 'short', '']);
  expect(shown(detailView(run, detail, { panelLeft: 4 }), 10)).toEqual(['…56789abc…', '…', '']);
  expect(shown(detailView(run, detail, { panelLeft: 8 }), 10)).toEqual(['…9abcdef', '…', '']);
});

test('below what is left of an agent that is over stands how it ended', () => {
  const ended = implRun([
    ...begun(),
    { task: 'impl', attempt: 1, kind: 'agent_exited', exit_code: 3 },
    { task: 'impl', attempt: 1, kind: 'task_failed', code: 'agent_exited', error: 'e', failure_class: null },
  ]);
  const detail = output(['last words'], { live: false, note: 'agent.log' });
  expect(shown(detailView(ended, detail))).toEqual(['last words', ' ended · exit 3 · agent.log']);
  expect(shown(detailView(implRun(), output([], { live: false, note: 'not started yet' })))).toEqual([
    ' not started yet',
  ]);
  expect(shown(detailView(implRun(), output(['at work'])))).toEqual(['at work']);
});

test('of 2,000 lines only those in sight are read, and a second frame reads none', () => {
  let reads = 0;
  const lines = new Proxy(
    Array.from({ length: 2_000 }, (_, i) => `\x1b[0mline ${i}`),
    {
      get: (target, key, receiver) => {
        if (/^\d+$/.test(String(key))) reads++;
        return Reflect.get(target, key, receiver);
      },
    },
  );
  const view = detailView(implRun(), output(lines));
  const first = panelScroll(view, 80).lines(1_500, 20);
  expect(first.map(textOf)[0]).toMatch(/^line 1500 /);
  expect(reads).toBeLessThan(200);
  reads = 0;
  const second = panelScroll(view, 80).lines(1_500, 20);
  expect(reads).toBe(0);
  // The same lines, so that whoever paints them can tell.
  second.forEach((line, at) => {
    expect(line).toBe(first[at]);
  });
});
