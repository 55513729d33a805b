import { constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

// node printer.ts FOLDER AGENTS LINES: writes so many lines a second to each of the fifos in FOLDER, on behalf of agents
// that would cost the machine more than what is measured.

const [folder = '', agents = '0', lines = '0'] = process.argv.slice(2);
const fifos = Array.from({ length: Number(agents) }, (_, n) => {
  // For reading too: it is open before its reader comes.
  return openSync(join(folder, `agent${n}`), constants.O_RDWR | constants.O_NONBLOCK);
});
const COLOURS = [31, 32, 33, 34, 35, 36];
let count = 0;
const begin = performance.now();

function print(): void {
  const due = Math.floor(((performance.now() - begin) / 1000) * Number(lines));
  for (; count < due; count++) {
    const colour = COLOURS[count % COLOURS.length];
    const text = `\x1b[${colour}mok ${count}\x1b[0m src/part${count % 17}/file.ts \x1b[1m${'='.repeat(count % 40)}\x1b[0m passed in ${count % 97} ms`;
    for (const fifo of fifos) writeSync(fifo, `${text}\n`);
  }
}

if (Number(lines) > 0) setInterval(print, 1000 / Number(lines));
else setInterval(() => {}, 60_000);
