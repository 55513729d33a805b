import fc from 'fast-check';

/** Pieces of Markdown, HTML and GitHub's own words that do something when they are not text. */
const PIECES: readonly string[] = [
  ...['@octocat', '@acme/core', '@', '#12', 'fixes #12', 'Closes: acme/w#3', 'resolved GH-7', '#', 'GH-', '12'],
  ...['https://github.com/a/b/issues/3', 'fixes https://github.com/a/b/pull/3', 'www.example.com', 'a@b.example'],
  ...['<img src="http://t/x.png">', '</details>', '</summary>', '<details>', '<!--', '-->', '<script>', '<', '>'],
  ...['![a](http://t/x.png)', '[a](http://t)', '[~~~](x)', '[@](x)', '[#](x)12', '[a]: http://t', '[^1]', '[', ']'],
  ...['```', '````', '~~~', '`', '``', '```mermaid', '```ts\n', '\n```\n', '\n~~~\n', '    ', '\t'],
  ...['|', '\n|a|b|\n|-|-|\n', '\n:-:\n', '\n---\n', '\n===\n', '\n', '\n\n', '- ', '1. ', '# ', '\n## Title', '> '],
  ...['\\', '\\\\', '&lt;', '&#64;octocat', '$a$', '$$', '*', '**', '_', '~', '~~', ':tada:', '- [ ] todo', '(', ')'],
  ...[
    '\u200b',
    '\u202e',
    '\u2066',
    '\u200d',
    '\u00ad',
    '\u2028',
    '\r',
    '\x1b[31m',
    '\x9b2J',
    '\0',
    '\ud800',
    '\u{e0041}',
  ],
  ...['word', 'words and words', ' ', '.', ':', '!', 'é', '漢字', '👍🏽'],
];

export const hostileMarkdown: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: 'binary', maxLength: 6 })), {
    maxLength: 16,
  })
  .map((pieces) => pieces.join(''));

const OURS = /<\/?(?:details|summary|code)>|<span>\$<\/span>|<!-- agentrelay:[\w:=. -]+ -->/g;
/** What we link ourselves. */
const OUR_LINK = /\[#\d+\]\(https:\/\/github\.com\/acme\/widgets\/pull\/\d+\)/g;
const ENTITY = /&(?:amp|lt|gt|#8203|#124);/g;

/** All of a body that GitHub would act on and that is not ours: HTML, links, images, names, numbers, invisible text. */
export function liveParts(body: string): string[] {
  const text = withoutCode(body).replace(OUR_LINK, 'link').replace(OURS, '');
  return [
    ...(text.match(/<[^\n]{0,20}/g) ?? []),
    ...(text.match(/(?<!\\)[[\]][^\n]{0,20}/g) ?? []),
    ...(text.match(/@[A-Za-z0-9_][^\n]{0,20}/g) ?? []),
    ...(text.match(/(?<!&)#\d[^\n]{0,20}/g) ?? []),
    ...(text.match(/GH-\d/gi) ?? []),
    ...(text.match(/:\/\/|www\./gi) ?? []),
    ...(text.replace(ENTITY, '').match(/&[^\n]{0,20}/g) ?? []),
    ...(text.replaceAll('$', '').match(/~~[^\n]{0,20}/g) ?? []),
    // Also within code, which email shows as text.
    ...(body.match(/(?:clos|fix|resolv)(?:e[sd]?|ed|es|ing)?\s*:?\s+(?:[\w.-]+\/[\w.-]+)?#\d/gi) ?? []),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    ...(body.match(/[\p{Bidi_Control}\p{Cs}\0-\x08\x0b-\x1f\x7f-\x9f]/gu) ?? []).map((one) => JSON.stringify(one)),
  ];
}

/** By the rules of CommonMark, which know no other blocks than these in what we make. */
export function withoutCode(body: string): string {
  const kept: string[] = [];
  let fence: string | null = null;
  for (const line of body.split('\n')) {
    const run: string | null = /^(`{3,})[^`]*$/.exec(line)?.[1] ?? null;
    if (fence !== null) fence = run !== null && run.length >= fence.length && line === run ? null : fence;
    else if (run !== null) fence = run;
    else kept.push(withoutSpans(line));
  }
  return fence === null ? kept.join('\n') : `${kept.join('\n')}\n<an open fence`;
}

function withoutSpans(line: string): string {
  return line.replace(/\\.|(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, (found, run) => (run === undefined ? found : 'code'));
}
