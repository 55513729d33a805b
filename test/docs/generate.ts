import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cliPage } from './cli-page.ts';
import { eventsTable } from './events-table.ts';
import { graphFilePage } from './graph-file-page.ts';
import { keysPage } from './keys-page.ts';
import { presetsPage } from './presets-page.ts';

const START = '<!-- events: made by test/docs/generate.ts -->';
const END = '<!-- /events -->';

/** What is generated of each page below docs/, given what stands there now. */
export const PAGES: Readonly<Record<string, (now: string) => string>> = {
  'graph-file.md': graphFilePage,
  'cli.md': cliPage,
  'dashboard-keys.md': keysPage,
  'presets.md': presetsPage,
  'files.md': (now) => {
    const [from, to] = [now.indexOf(START), now.indexOf(END)];
    if (from < 0 || to < from) throw new Error(`files.md lacks ${START} or ${END}`);
    return `${now.slice(0, from + START.length)}\n\n${eventsTable()}\n\n${now.slice(to)}`;
  },
};

function pagePath(name: string): string {
  return resolve(import.meta.dirname, '../../docs', name);
}

export function readPage(name: string): string {
  return readFileSync(pagePath(name), { encoding: 'utf8', flag: 'a+' });
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, make] of Object.entries(PAGES)) writeFileSync(pagePath(name), make(readPage(name)));
}
