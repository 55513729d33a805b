import { afterAll, describe, expect, it } from 'vitest';
import type { FrameworkPreset, ScreenReading } from '../../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { type ScreenFixture, screenFixtures } from '../../support/screen-fixtures.ts';
import { inUtc } from '../../support/utc.ts';

const MAX_UNKNOWN = 0.15;
const MIN_FIXTURES = 8;

inUtc();

const byFramework = Map.groupBy(screenFixtures(), (fixture) => fixture.framework);

describe('recorded screens', () => {
  const tables: string[] = [];
  afterAll(() => console.log(`\n${tables.join('\n\n')}\n`));

  for (const [framework, fixtures] of byFramework) {
    describe(framework, () => {
      it.each(fixtures)('$name is read as $expect', (fixture) => {
        const reading = readWith(SHIPPED[framework], fixture);
        // What is not known is counted below; what must not be known is no state at all.
        if (fixture.expect === 'unclear') expect(reading.report).toBeNull();
        else if (reading.report !== null) expect(reading.report.state).toBe(fixture.expect);
        expect(toldOf(reading, fixture)).toEqual(expectedOf(fixture));
      });

      it(`has at least ${MIN_FIXTURES}, and is seldom unsure of them`, () => {
        const pairs = fixtures.map((fixture) => ({
          expected: fixture.expect,
          read:
            readWith(SHIPPED[framework], fixture).report?.state ??
            (fixture.expect === 'unclear' ? 'unclear' : 'unknown'),
        }));
        const unknown = pairs.filter(({ read }) => read === 'unknown').length;
        const recorded = fixtures.filter(({ source }) => source === 'recorded').length;
        tables.push(
          `${framework}: ${pairs.length} screens (${recorded} recorded), ${unknown} unknown\n${confusionMatrix(pairs)}`,
        );
        expect(fixtures.length).toBeGreaterThanOrEqual(MIN_FIXTURES);
        expect(unknown / pairs.length).toBeLessThanOrEqual(MAX_UNKNOWN);
      });
    });
  }

  it('are there for every preset that has a screen', () => {
    const shown = Object.values(SHIPPED).filter(({ terminal }) => terminal !== undefined);
    expect([...byFramework.keys()].sort()).toEqual(shown.map(({ name }) => name).sort());
  });
});

function readWith(preset: FrameworkPreset | undefined, { screen, now }: ScreenFixture): ScreenReading {
  if (preset?.terminal === undefined) throw new Error('no preset of this name has a screen');
  return preset.terminal.read(screen, now);
}

/** Only what the fixture names. */
function toldOf({ report, dialog, input, queued }: ScreenReading, { header }: ScreenFixture): Record<string, string> {
  const all: Record<string, string | null | undefined> = {
    dialog,
    input,
    queued: String(queued),
    question: report?.question,
    choices: report?.choices.join(' | '),
    until: report?.until,
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => header[key] !== undefined)
      .map(([key, value]) => [key, value ?? '-']),
  );
}

function expectedOf({ header }: ScreenFixture): Record<string, string> {
  const keys = ['dialog', 'input', 'queued', 'question', 'choices', 'until'];
  return Object.fromEntries(keys.flatMap((key) => (header[key] === undefined ? [] : [[key, header[key]]])));
}

function confusionMatrix(pairs: readonly { expected: string; read: string }[]): string {
  const columns = [...new Set(pairs.map(({ read }) => read))].sort();
  const rows = [...new Set(pairs.map(({ expected }) => expected))].sort();
  const count = (row: string, column: string) =>
    pairs.filter(({ expected, read }) => expected === row && read === column).length;
  const cell = (text: string, width: number) => text.padStart(width);
  const width = Math.max(...rows.map((row) => row.length), 'expected \\ read'.length);
  return [
    [cell('expected \\ read', width), ...columns],
    ...rows.map((row) => [
      cell(row, width),
      ...columns.map((column) => cell(String(count(row, column) || '·'), column.length)),
    ]),
  ]
    .map((line) => line.join('  '))
    .join('\n');
}
