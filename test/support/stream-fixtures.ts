import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageLedger } from '../../src/steps/agents/usage-ledger.ts';
import type { HeadlessStream, Told } from '../../src/steps/frameworks/framework.ts';
import { fixtureFiles, parseFixture } from './screen-fixtures.ts';

/**
 * What a program has printed in its mode for scripts, in one or several turns, and what a reader must have been told at the
 * end. The header holds what that of a transcript holds, and `now` (when it was read), `actions` and `message`; the file of
 * the same name that ends in `.txt` is what people are shown.
 */
export interface StreamFixture {
  readonly framework: string;
  /** `NN-name`. */
  readonly name: string;
  readonly lines: readonly string[];
  readonly header: Readonly<Record<string, string>>;
  readonly shown: readonly string[];
}

const KEYS = ['expect', 'prompts', 'source', 'version', 'now'];
const COMPARED = ['expect', 'prompts', 'session', 'until', 'tokens', 'cost', 'model', 'actions', 'message'];
const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'streams');

export function streamFixtures(): StreamFixture[] {
  return fixtureFiles('streams', '.jsonl').map(({ framework, name, text }) => {
    const { header, body } = parseFixture(`${framework}/${name}`, text, { needed: KEYS, known: COMPARED });
    const shown = readFileSync(join(FOLDER, framework, `${name}.txt`), 'utf8')
      .split('\n')
      .slice(0, -1);
    return { framework, name, header, shown, lines: body.split('\n').filter((line) => line !== '') };
  });
}

/** What a stream has told, at its end. */
export function readStream({ reader }: Pick<HeadlessStream, 'reader'>, lines: readonly string[], at: number): Told[] {
  const read = reader();
  return lines.flatMap((line) => read(line, at) ?? []);
}

/** Each entry counts for the session that is known by then. */
export function sumOf(told: readonly Told[]): ReturnType<UsageLedger['sum']> {
  const ledger = new UsageLedger();
  let known = 'given';
  for (const { usage, session } of told) {
    known = session ?? known;
    if (usage !== undefined) ledger.take(known, usage);
  }
  return ledger.sum();
}

/** What the header names, as it was read. */
export function toldIn(told: readonly Told[], { header }: StreamFixture): Record<string, string> {
  const sum = sumOf(told);
  const last = told.findLast(({ report }) => report !== undefined)?.report;
  const tokens = sum && [sum.input_tokens, sum.output_tokens, sum.cache_read_tokens, sum.cache_write_tokens];
  const values: Readonly<Record<string, string | number | null | undefined>> = {
    expect: last?.state,
    prompts: told.flatMap(({ prompt }) => prompt ?? []).join(' | '),
    session: told.findLast(({ session }) => session !== undefined)?.session,
    until: last?.until,
    tokens: tokens?.join('/'),
    cost: sum?.cost_usd == null ? null : Number(sum.cost_usd.toFixed(6)),
    model: sum?.model,
    actions: told.flatMap(({ action }) => action ?? []).join(' | '),
    message: told.findLast(({ message }) => message !== undefined)?.message,
  };
  return Object.fromEntries(
    Object.keys(expectedIn({ header })).map((key) => [
      key,
      values[key] == null || values[key] === '' ? '-' : `${values[key]}`,
    ]),
  );
}

/** Without what is not compared. */
export function expectedIn({ header }: Pick<StreamFixture, 'header'>): Record<string, string> {
  return Object.fromEntries(Object.entries(header).filter(([key]) => COMPARED.includes(key)));
}
