import { describe, expect, it } from 'vitest';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { expectedOf, readTranscript, transcriptFixtures } from '../../support/transcript-fixtures.ts';
import { inUtc } from '../../support/utc.ts';

inUtc();

const fixtures = transcriptFixtures();

describe('recorded transcripts', () => {
  it.each(fixtures.map((fixture) => ({ ...fixture, title: `${fixture.framework}/${fixture.name}` })))(
    '$title',
    (fixture) => {
      expect(readTranscript(SHIPPED[fixture.framework], fixture)).toEqual(expectedOf(fixture));
    },
  );

  it.each(fixtures.map((fixture) => ({ ...fixture, title: `${fixture.framework}/${fixture.name}` })))(
    '$title tells nothing of what is cut or foreign, and does not fail',
    ({ framework, lines }) => {
      const read = SHIPPED[framework]?.transcript?.reader();
      // A cut line of words is words.
      for (const line of lines.filter((one) => one.startsWith('{'))) {
        for (const text of [line.slice(0, line.length / 2), `${line}${line}`, `[${line}]`])
          expect(read?.(text)).toBeNull();
      }
      for (const text of ['', 'null', '{}', '[]', '1', '{"type":"user"}', '{"type":"event_msg","payload":{}}']) {
        expect(read?.(text)).toBeNull();
      }
    },
  );

  it('are there for every preset that has one', () => {
    const needed = Object.values(SHIPPED).filter(({ transcript }) => transcript !== undefined);
    const there = new Set(fixtures.map(({ framework }) => framework));
    expect(needed.map(({ name }) => name).filter((name) => !there.has(name))).toEqual([]);
  });
});
