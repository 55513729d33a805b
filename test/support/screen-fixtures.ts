import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIVE_ATTENTIONS, type LiveAttention } from '../../src/core/attention.ts';
import type { Screen } from '../../src/steps/frameworks/framework.ts';
import { plainScreen } from '../../src/steps/frameworks/plain-screen.ts';

/** `unclear`: the reader must say that it cannot know. */
export type Expected = LiveAttention | 'unclear';

/**
 * A screen as `tmux capture-pane -p` gave it, and what a reader must find. The header of the file may also hold what is
 * then compared exactly: `dialog` (its name), `input` (`-` for no input line), `queued`, `question`, `choices` (between ` | `)
 * and `until`; `-` stands for nothing.
 */
export interface ScreenFixture {
  readonly framework: string;
  /** `NN-name`. */
  readonly name: string;
  readonly screen: Screen;
  readonly expect: Expected;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly source: 'recorded' | 'written';
  /** Of the program. */
  readonly version: string;
  readonly header: Readonly<Record<string, string>>;
}

const KEYS = ['title', 'expect', 'now', 'source', 'version'];
const MORE_KEYS = ['dialog', 'input', 'queued', 'question', 'choices', 'until'];

/** Absolute. */
const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

/** Those of every framework that has a folder. */
export function screenFixtures(): ScreenFixture[] {
  return fixtureFiles('screens', '.txt').map(({ framework, name, text }) => {
    const { header, body } = parseFixture(`${framework}/${name}`, text, { needed: KEYS, known: MORE_KEYS });
    const { title = '', expect = '', now = '', source = '', version = '' } = header;
    const expected = [...LIVE_ATTENTIONS, 'unclear' as const].find((one) => one === expect);
    if (expected === undefined) throw new Error(`${framework}/${name}: expect: ${expect} is no state`);
    if (source !== 'recorded' && source !== 'written') throw new Error(`${framework}/${name}: source: ${source}`);
    if (Number.isNaN(Date.parse(now))) throw new Error(`${framework}/${name}: now: ${now} is no time`);
    const screen = plainScreen(body, title);
    return { framework, name, screen, expect: expected, now: Date.parse(now), source, version, header };
  });
}

/** The files of `test/fixtures/<kind>/<framework>/`, in order. */
export function fixtureFiles(kind: string, ending: string): { framework: string; name: string; text: string }[] {
  return readdirSync(join(FIXTURES, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: framework }) =>
      readdirSync(join(FIXTURES, kind, framework))
        .filter((file) => file.endsWith(ending))
        .sort()
        .map((file) => ({
          framework,
          name: file.slice(0, -ending.length),
          text: readFileSync(join(FIXTURES, kind, framework, file), 'utf8'),
        })),
    );
}

/** A header of `key: value` lines, a line `---`, and the rest as it is. */
export function parseFixture(
  name: string,
  text: string,
  { needed, known }: { needed: readonly string[]; known: readonly string[] },
): { header: Record<string, string>; body: string } {
  const end = text.indexOf('\n---\n');
  if (end === -1) throw new Error(`${name} has no line --- after its header`);
  const header: Record<string, string> = {};
  for (const line of text.slice(0, end).split('\n')) {
    const [, key = '', value = ''] = /^(\w+):(?: (.*))?$/.exec(line) ?? [];
    if (![...needed, ...known].includes(key))
      throw new Error(`${name}: ${JSON.stringify(line)} is no line of a header`);
    header[key] = value;
  }
  for (const key of needed) {
    if (header[key] === undefined) throw new Error(`${name} has no ${key}`);
  }
  return { header, body: text.slice(end + '\n---\n'.length) };
}
