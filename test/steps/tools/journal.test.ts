import { execFileSync } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal } from '../../../src/steps/tools/journal.ts';
import { readJournal } from '../../../src/steps/tools/read-journal.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const line = (seq: number, text = '') =>
  `${JSON.stringify({ v: 1, seq, at: '2026-01-01T00:00:00.000Z', kind: 'run_resumed', pid: 1, text })}\n`;

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

test('nothing is written once it is closed, whoever has its descriptor by then', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'events.jsonl');
  const journal = openJournal(path, 0);
  journal.write(line(1));
  journal.close();
  const other = openSync(join(folder, 'other'), 'w');
  onTestFinished(() => closeSync(other));
  expect(() => journal.write(line(2))).toThrow(`the journal ${path} is closed`);
  expect([readJournal(path).events.length, statSync(join(folder, 'other')).size]).toEqual([1, 0]);
});

const MODULE = new URL('../../../src/steps/tools/journal.ts', import.meta.url).href;

/** What a process prints that writes line 1, then does this with `journal`, `lost` and `trouble`. */
function inProcess(path: string, script: string, prefix: readonly string[] = []): string {
  const source = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    let trouble = {};
    for (const name of ['writeSync', 'ftruncateSync', 'fdatasyncSync', 'fdatasync']) {
      const real = fs[name];
      fs[name] = (...args) => {
        const code = trouble[name];
        if (code === undefined) return real(...args);
        const error = Object.assign(new Error(code + ': it was asked for'), { code });
        if (name === 'fdatasync') return setImmediate(args.at(-1), error);
        if (name === 'writeSync' && code === 'ENOSPC') real(args[0], args[1], args[2], 5);
        throw error;
      };
    }
    syncBuiltinESMExports();
    const { openJournal } = await import(${JSON.stringify(MODULE)});
    const { promise: lost, resolve: onLost } = Promise.withResolvers();
    const journal = openJournal(${JSON.stringify(path)}, 0, { onLost });
    const line = (seq, text = '') => JSON.stringify({ v: 1, seq, at: '2026-01-01', kind: 'run_resumed', text }) + '\\n';
    const said = (work) => { try { work(); return 'nothing'; } catch (error) { return error.name + ': ' + error.message + ' → ' + error.hint; } };
    journal.write(line(1));
    ${script}`;
  const [file = '', ...args] = [...prefix, process.execPath, '--input-type=module', '-e', source];
  return execFileSync(file, args, { encoding: 'utf8' });
}

test('a line that the disk takes only half of is taken back', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  // At most 4 KiB a file: a full disk that needs no disk.
  const limit = ['/bin/sh', '-c', 'trap \'\' XFSZ; ulimit -f 8; exec "$@"', 'sh'];
  const script = `
    process.stdout.write(said(() => journal.write(line(2, 'x'.repeat(10_000)))));
    journal.write(line(2));
    journal.close();`;
  expect(inProcess(path, script, limit)).toMatch(
    /^JournalError: the journal \S+ cannot be written: no file may be that/,
  );
  expect(readJournal(path)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], torn: '' });
});

test('a full disk is told with what to do, and nothing is written behind half a line that stays', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const script = `
    trouble = { writeSync: 'ENOSPC', ftruncateSync: 'EIO' };
    const first = said(() => journal.write(line(2)));
    trouble = {};
    process.stdout.write(JSON.stringify([first, said(() => journal.write(line(2)))]));`;
  const said = `JournalError: the journal ${path} cannot be written: the disk is full → free some space and run the same command again`;
  expect(JSON.parse(inProcess(path, script))).toEqual([said, said]);
  expect(readJournal(path)).toMatchObject({ events: [{ seq: 1 }], torn: '{"v":' });
});

test('a disk that does not keep the lines is noticed without another line, and ends the journal', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const script = `
    trouble = { fdatasync: 'EIO' };
    setTimeout(() => {}, 20_000);
    const error = await lost;
    process.stdout.write(JSON.stringify([error.message, said(() => journal.write(line(2))), said(() => journal.close())]));
    process.exit();`;
  const message = `the journal ${path} cannot be written: the disk reports an error`;
  expect(JSON.parse(inProcess(path, script))).toEqual([message, expect.stringContaining(message), 'nothing']);
  expect(readJournal(path).events).toHaveLength(1);
});

test('a disk that says so as the journal is closed is heard', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const script = `
    trouble = { fdatasyncSync: 'EIO' };
    process.stdout.write(said(() => journal.close()));`;
  expect(inProcess(path, script)).toContain('JournalError: the journal');
});

test('a journal that cannot be opened is told', () => {
  const path = join(temporaryFolder(), 'none', 'events.jsonl');
  expect(() => openJournal(path, 0)).toThrow(expect.objectContaining({ name: 'JournalError', hint: null }));
});
