import { expect, test } from 'vitest';
import { markdownLines } from '../../../src/steps/github/inert-blocks.ts';
import { codeSpan, inlineMarkdown, tableCell } from '../../../src/steps/github/inert-markdown.ts';

test.each([
  ['Ask @octocat, or a@b.example', 'Ask @&#8203;octocat, or a@&#8203;b.example'],
  ['fixes #12, acme/w#3 and gh-7; C# stays', 'fixes #&#8203;12, acme/w#&#8203;3 and gh-&#8203;7; C# stays'],
  ['<img src=x> & &lt;', '&lt;img src=x&gt; &amp; &amp;lt;'],
  ['![seen](http://t/x.png) [here](docs/a.md)', 'seen (`http://t/x.png`) here (docs/a.md)'],
  ['see https://github.com/a/b/issues/3.', 'see `https://github.com/a/b/issues/3`.'],
  ['[a] [^1] [ ] www. ://', '\\[a\\] \\[^1\\] \\[ \\] www&#8203;. :&#8203;//'],
  ['`a | <b> @c`, ``x`y`` and a ` alone', '`a | <b> @c`, `` x`y `` and a \\` alone'],
  ['`a`https://b.example', '`a`&#8203;`https://b.example`'],
  ['__init__ *is* ~~not~~ $HOME \\@a', '\\_\\_init\\_\\_ \\*is\\* \\~\\~not\\~\\~ <span>$</span>HOME \\\\@&#8203;a'],
  ['one\n\ntwo\u202e\u200b \x1b[31mthree\x1b[0m', 'one two three'],
  ['`closes #12`', '`closes #\u200b12`'],
])('one line: %j', (text, made) => {
  expect(inlineMarkdown(text)).toBe(made);
});

test('a cell of a table holds no bar, even within code', () => {
  expect(tableCell('`a | @b` | `c`')).toBe("'a &#124; @&#8203;b' &#124; 'c'");
  expect(tableCell('`a`, https://a.example/x|y')).toBe("'a', `https://a.example/x`&#124;y");
});

test.each([
  ['npm test', '`npm test`'],
  ['echo `x`', '`` echo `x` ``'],
  ['a\nb', '`a b`'],
  [' \u200b ', ''],
  ['fix: https://github.com/a/b/issues/3', '`fix: https://github.com/a/b/issues/\u200b3`'],
])('code: %j', (text, made) => {
  expect(codeSpan(text)).toBe(made);
});

test.each<[string, string, string]>([
  ['headings', '# One\n\n## Two ##\n\n#hash\n    # comment', '#### One\n\n#### Two\n\n#hash\n\\# comment'],
  ['lists', '- *a*\n  - [x] b\n1. # c', '- *a*\n  - \\[x\\] b\n1. #### c'],
  ['what would underline', 'Title\n===\nTitle\n---\n:-:', 'Title\n\\===\nTitle\n***\n\\:-:'],
  ['quotes and HTML', '> quoted\n<details>', '&gt; quoted\n&lt;details&gt;'],
  ['code that is not closed', 'a\n```sh\nls <dir> @x', 'a\n\n```sh\nls <dir> @x\n```'],
  ['code in code', '~~~\n```\n~~~\nb', '````\n```\n````\n\nb'],
  ['code of a list', '- ```js\n  a()\n  ```\n- b', '```js\na()\n```\n\n- b'],
  ['what GitHub draws', '```mermaid\ngraph\n```', '```\ngraph\n```'],
  ['closing words in code', '```\nfixes #1\n```', '```\nfixes #\u200b1\n```'],
  ['a table', '|a|b|\n|-|:-:|\n|`x|@y`|z|\nend', '```\n|a|b|\n|-|:-:|\n|`x|@y`|z|\n```\n\nend'],
  ['bars alone', 'a | b\nc', 'a &#124; b\nc'],
  ['empty lines', '\n\na\n\n\n\nb\n\n', 'a\n\nb'],
  ['a label that would be code', '[~~~](x)', '\\~\\~\\~ (x)'],
])('a text with %s', (_name, text, made) => {
  const lines = markdownLines(text);
  expect(lines.map((line) => line.text).join('\n')).toBe(made);
});

test('cuts no line in two that is not longer than a thousand characters', () => {
  const lines = markdownLines(`${'a'.repeat(1_000)}\n${'👍'.repeat(1_500)}`);
  expect(lines.map(({ text }) => [...text].length)).toEqual([1_000, 1_000, 500]);
});

test('says of each line what ends the code that it is in', () => {
  const lines = markdownLines('a\n```\nb\n```\nc');
  expect(lines.map(({ text, closes }) => [text, closes])).toEqual([
    ['a', null],
    ['', null],
    ['```', '```'],
    ['b', '```'],
    ['```', null],
    ['', null],
    ['c', null],
  ]);
});
