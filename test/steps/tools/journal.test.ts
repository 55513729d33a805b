import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal, readJournal } from '../../../src/steps/tools/journal.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const line = (seq: number, text = '') =>
  `${JSON.stringify({ seq, at: '2026-01-01T00:00:00.000Z', kind: 'run_resumed', pid: 1, text })}\n`;

test('what is written is read again, also long lines and odd characters', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const journal = openJournal(path, 0);
  const texts = ['', 'ünï€\u2028 \u0000', 'x'.repeat(3_000_000)];
  for (const [at, text] of texts.entries()) journal.write(line(at + 1, text));
  journal.close();
  const { events, length, torn } = readJournal(path);
  expect(events.map((event) => (event as unknown as { text: string }).text)).toEqual(texts);
  expect({ length, torn }).toEqual({ length: statSync(path).size, torn: '' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each(['{"seq":2', '{"seq":2,"at":"2026', '\u20ac'.slice(0, 1), JSON.stringify({ seq: 2, at: 'now', kind: 'x' })])(
  'a torn last line is told, and cut off by the next owner: %s',
  (torn) => {
    const path = join(temporaryFolder(), 'events.jsonl');
    writeFileSync(path, line(1));
    appendFileSync(path, Buffer.from(torn));
    const before = readJournal(path);
    expect(before.events).toHaveLength(1);
    expect(before.torn).toBe(torn);
    const journal = openJournal(path, before.length);
    journal.write(line(2));
    journal.close();
    expect(readFileSync(path, 'utf8')).toBe(line(1) + line(2));
  },
);

test('a journal is whole that ends in half a character', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, Buffer.concat([Buffer.from(`${line(1)}{"a":"`), Buffer.from([0xe2, 0x82])]));
  expect(readJournal(path)).toMatchObject({ events: [{ seq: 1 }], length: Buffer.byteLength(line(1)) });
});

test.each(['{"seq":2', 'null', '[]', '', '{}', '\u0000\u0000', '{"seq":"2","kind":"x","at":"y"}', '7'])(
  'damage before the end is a mistake with its line: %j',
  (damage) => {
    const path = join(temporaryFolder(), 'events.jsonl');
    writeFileSync(path, `${line(1)}${damage}\n${line(3)}`);
    expect(() => readJournal(path)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: `${path}:2: this line of the journal is damaged`,
        hint: expect.stringContaining('--new-run'),
      }),
    );
  },
);

test('an empty journal has no events', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, '');
  expect(readJournal(path)).toEqual({ events: [], length: 0, torn: '' });
});

test('a line that the disk takes only half of is taken back', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const source = `
    const { openJournal } = await import(${JSON.stringify(new URL('../../../src/steps/tools/journal.ts', import.meta.url).href)});
    const journal = openJournal(${JSON.stringify(path)}, 0);
    journal.write(${JSON.stringify(line(1))});
    let code = 'none';
    try { journal.write(${JSON.stringify(line(2, 'x'.repeat(10_000)))}); } catch (error) { code = error.code; }
    journal.write(${JSON.stringify(line(2))});
    journal.close();
    process.stdout.write(code);`;
  // At most 4 KiB a file: a full disk that needs no disk.
  const limit = 'trap \'\' XFSZ; ulimit -f 8; exec "$@"';
  const argv = ['-c', limit, 'sh', process.execPath, '--input-type=module', '-e', source];
  expect(execFileSync('/bin/sh', argv, { encoding: 'utf8' })).toBe('EFBIG');
  expect(readJournal(path)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], torn: '' });
});
