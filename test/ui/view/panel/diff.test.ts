import { expect, test } from 'vitest';
import type { Detail } from '../../../../src/ui/ports.ts';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { textOf } from '../views.ts';
import { allOf, BASE, detailView, implRun, shown, TIP } from './facts.ts';

type Diff = Extract<Detail, { tab: 'diff' }>;

const PATCH = [
  'diff --git a/src/cart.ts b/src/cart.ts',
  'new file mode 100644',
  '--- /dev/null',
  '+++ b/src/cart.ts',
  '@@ -9,3 +9,3 @@ total()',
  ' context',
  '--- not a header',
  '+++ no header either',
  ' more',
  '\\ No newline at end of file',
  'diff --git a/logo.png b/logo.png',
];

function diff(more: Partial<Diff> = {}): Diff {
  const files = [
    { path: 'src/cart.ts', added: 12, removed: 3 },
    { path: 'src/a/long/way/down/to/a/file.ts', added: 1, removed: 0 },
    { path: 'logo.png', added: null, removed: null },
  ];
  return {
    tab: 'diff',
    base: BASE,
    tip: TIP,
    uncommitted: false,
    files,
    lines: PATCH,
    omitted: 0,
    note: null,
    ...more,
  };
}

test('files with their counts, aligned, then the patch', () => {
  expect(shown(detailView(implRun(), diff()), 70)).toEqual([
    ' 3 files  +13 −3  01234567 → 89abcdef',
    ' A src/cart.ts                       +12 −3 +++++++−−',
    ' M src/a/long/way/down/to/a/file.ts   +1 −0 +',
    ' M logo.png                          bin',
    '',
    ...PATCH,
  ]);
});

test('in few columns a path keeps its file name, and the bar gives way', () => {
  const lines = shown(detailView(implRun(), diff()), 34);
  expect(lines[0]).toBe(' 3 files  +13 −3  01234567 → 89ab…');
  expect(lines[1]).toMatch(/^ A src\/cart\.ts {10,}\+12 −3$/);
  expect(lines[2]).toMatch(/^ M \S*…\S*\/a\/file\.ts +\+1 −0$/);
  expect(lines[3]).toMatch(/^ M logo\.png {10,}bin$/);
});

test('tells what is not committed, what was left out, and why there is nothing', () => {
  const view = detailView(implRun(), diff({ uncommitted: true, tip: null, omitted: 7, note: 'and a note' }));
  expect(shown(view)).toEqual([
    ' 3 files  +13 −3  01234567 → the worktree  with work that is not committed',
    ' and a note',
    ...shown(detailView(implRun(), diff())).slice(1),
    ' … 7 more lines',
  ]);
  const empty = diff({ base: null, tip: null, files: [], lines: [], note: 'it has not started yet' });
  expect(shown(detailView(implRun(), empty))).toEqual([' it has not started yet']);
});

test('what is added and removed has a ground, headers are told from lines that look like them', () => {
  const lines = allOf(panelScroll(detailView(implRun(), diff()), 60)).slice(5);
  const looks = lines.map(({ words, ground }) => [words[0]?.tone, ground ?? null]);
  expect(looks).toEqual([
    ['strong', null],
    ...Array.from({ length: 4 }, () => ['quiet', null]),
    ['plain', null],
    ['plain', 'removed'],
    ['plain', 'added'],
    ['plain', null],
    ['quiet', null],
    ['strong', null],
  ]);
});

test('where there is room each line has its numbers, and they stay when it is read sideways', () => {
  const wide = shown(detailView(implRun(), diff()), 100).slice(9, 14);
  expect(wide).toEqual([
    '      @@ -9,3 +9,3 @@ total()',
    ' 9  9  context',
    '10    --- not a header',
    '   10 +++ no header either',
    '11 11  more',
  ]);
  const shifted = shown(detailView(implRun(), diff(), { panelLeft: 4 }), 100).slice(9, 14);
  expect(shifted[2]).toBe('10    …ot a header');
});

test('a patch is read once; after that only the lines in sight are', () => {
  let reads = 0;
  const lines = new Proxy(['@@ -1,3000 +1,3000 @@', ...Array.from({ length: 3_000 }, (_, i) => ` line ${i}`)], {
    get: (target, key, receiver) => {
      if (/^\d+$/.test(String(key))) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  const view = detailView(implRun(), diff({ lines }));
  const first = panelScroll(view, 80).lines(2_000, 20);
  reads = 0;
  const second = panelScroll(view, 80).lines(2_010, 20);
  expect(reads).toBe(10);
  expect(second[0]).toBe(first[10]);
  expect(textOf(second[0])).toContain('line 2004');
});
