import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeadlessMode } from '../../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { expectedIn, readStream, streamFixtures, toldIn } from '../../support/stream-fixtures.ts';
import { inUtc } from '../../support/utc.ts';

inUtc();

const fixtures = streamFixtures().map((fixture) => ({ ...fixture, title: `${fixture.framework}/${fixture.name}` }));
const modes = Object.values(SHIPPED).flatMap(({ name, headless }) =>
  headless === undefined ? [] : { name, headless },
);

function headlessOf(framework: string): HeadlessMode {
  const headless = SHIPPED[framework]?.headless;
  if (headless === undefined) throw new Error(`no preset ${framework} has a mode for scripts`);
  return headless;
}

describe('recorded streams', () => {
  it.each(fixtures)('$title tells', (fixture) => {
    const told = readStream(headlessOf(fixture.framework), fixture.lines, Date.parse(fixture.header.now ?? ''));
    expect(toldIn(told, fixture)).toEqual(expectedIn(fixture));
  });

  it.each(fixtures)('$title shows', ({ framework, lines, shown }) => {
    expect(lines.flatMap(headlessOf(framework).show)).toEqual(shown);
  });

  it.each(fixtures)('$title tells the same when it is read again from the start', ({ framework, lines }) => {
    const headless = headlessOf(framework);
    expect(readStream(headless, lines, 0)).toEqual(readStream(headless, lines, 0));
  });

  it('are there for every preset that has one', () => {
    const there = new Set(fixtures.map(({ framework }) => framework));
    expect(modes.map(({ name }) => name).filter((name) => !there.has(name))).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
const UNSAFE = /[\u0000-\u001f\u007f-\u009f]/u;

describe.each(modes)('whatever $name prints', ({ name, headless }) => {
  const own = fixtures.filter(({ framework }) => framework === name).flatMap(({ lines }) => lines);
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom(...own),
    // Cut, doubled, and with other values.
    fc.tuple(fc.constantFrom(...own), fc.nat(400)).map(([text, at]) => text.slice(0, at)),
    fc.constantFrom(...own).map((text) => `${text}${text}`),
    fc
      .tuple(fc.constantFrom(...own), fc.constantFrom('null', '1', '[]', '{}', '"\u001b[2J"', '-1e999'))
      .map(([text, value]) =>
        text.replace(/:(?:"[^"]*"|\d+(?:\.\d+)?)/gu, (whole, at: number) => (at % 3 ? whole : `:${value}`)),
      ),
  );

  it('is read and shown without a fail, on lines without control characters', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        for (const { action = '', usage } of readStream(headless, lines, 0)) {
          expect(action).not.toMatch(UNSAFE);
          expect(action.length).toBeLessThanOrEqual(120);
          for (const amount of [usage?.inputTokens, usage?.outputTokens, usage?.costUsd]) {
            expect(typeof amount === 'number' ? amount >= 0 : true).toBe(true);
          }
        }
        for (const shown of lines.flatMap(headless.show)) expect(shown).not.toMatch(UNSAFE);
      }),
      { numRuns: 150 },
    );
  });
});

describe('lines that are no JSON', () => {
  it.each(modes)('are shown by $name as they are, without what steers a terminal', ({ headless }) => {
    expect(headless.show('\u001b[31mfatal:\u001b[0m no\u0007thing \u202eto see')).toEqual(['fatal: nothing to see']);
  });
});
