import { UsageLedger } from '../../src/steps/agents/usage-ledger.ts';
import type { FrameworkPreset, Told } from '../../src/steps/frameworks/framework.ts';
import { fixtureFiles, parseFixture } from './screen-fixtures.ts';

/**
 * Lines of a transcript, and what a reader must have been told at their end. The header of the file holds `expect` (the last
 * state, `-` for none), `prompts` (those that were taken, between ` | `), and what is compared where it is named: `session`,
 * `question`, `choices`, `until`, `tokens` (`input/output/cache read/cache write`), `cost` and `model`; `-` stands for nothing.
 */
export interface TranscriptFixture {
  readonly framework: string;
  /** `NN-name`. */
  readonly name: string;
  readonly lines: readonly string[];
  readonly header: Readonly<Record<string, string>>;
}

const KEYS = ['expect', 'prompts', 'source', 'version'];
const COMPARED = ['expect', 'prompts', 'session', 'question', 'choices', 'until', 'tokens', 'cost', 'model'];

export function transcriptFixtures(): TranscriptFixture[] {
  return fixtureFiles('transcripts', '.jsonl').map(({ framework, name, text }) => {
    const { header, body } = parseFixture(`${framework}/${name}`, text, { needed: KEYS, known: COMPARED });
    return { framework, name, header, lines: body.split('\n').filter((line) => line !== '') };
  });
}

/** What the header of a fixture names, as it was read. */
export function readTranscript(
  preset: FrameworkPreset | undefined,
  fixture: TranscriptFixture,
): Record<string, string> {
  if (preset?.transcript === undefined) throw new Error(`no preset ${fixture.framework} has a transcript`);
  const read = preset.transcript.reader();
  const all = inOrder(fixture.lines.flatMap((line) => read(line) ?? []));
  return Object.fromEntries(Object.entries(all).filter(([key]) => fixture.header[key] !== undefined));
}

/** Without what is not compared. */
export function expectedOf({ header }: TranscriptFixture): Record<string, string> {
  return Object.fromEntries(Object.entries(header).filter(([key]) => COMPARED.includes(key)));
}

function inOrder(told: readonly Told[]): Record<string, string> {
  const ledger = new UsageLedger();
  for (const { usage } of told) {
    if (usage !== undefined) ledger.take('session', usage);
  }
  const sum = ledger.sum();
  const last = told.findLast(({ report }) => report !== undefined)?.report;
  const tokens = sum && [sum.input_tokens, sum.output_tokens, sum.cache_read_tokens, sum.cache_write_tokens];
  const values: Record<string, string | number | null | undefined> = {
    expect: last?.state,
    prompts: told.flatMap(({ prompt }) => prompt ?? []).join(' | '),
    session: told.findLast(({ session }) => session !== undefined)?.session,
    question: last?.question,
    choices: last?.choices.join(' | '),
    until: last?.until,
    tokens: tokens?.join('/'),
    cost: sum?.cost_usd,
    model: sum?.model,
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      value === null || value === undefined || value === '' ? '-' : `${value}`,
    ]),
  );
}
