import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type DashboardDesk, openDesk } from '../support/dashboard-desk.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

// npm run sweep:resize -- [SIZES] [SEED]
// The dashboard in a real terminal, that of tmux, gets one random size after another, 500 unless told, while its run goes
// on and keys are pressed; after each what stands there must be what a redraw of it all makes.

/** Milliseconds in which all that was printed is shown. */
const QUIET = 250;
const TRIES = 5;
const TASKS = 24;
/** Prints a line at each size, and ends after so many of them as its name says; every third one fails. */
const AGENT = `
last=\${AGENTRELAY_TASK##*_}; n=0; first=$(cat "$HOME/tick")
while [ $((n - first)) -lt "$last" ]; do
  t=$(cat "$HOME/tick"); [ "$t" = "$n" ] || { n=$t; printf '\\033[3%smline %s of %s 界 %080d\\033[0m\\n' $((n % 8)) "$n" "$AGENTRELAY_TASK" "$n"; }
  sleep 0.1
done
[ $((last % 3)) -gt 0 ] || { agentrelay-failed --reason "size $n was too much: 界界 $(seq -s ' ' 99)"; exit; }
commit "$AGENTRELAY_TASK.txt" done; agentrelay-complete`;
const KEYS = 'j k G Home Tab [ d v + - ? w g f s / Escape Escape l'.split(' ');

const [sizes = '500', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const step = fc.record({
  columns: fc.integer({ min: 20, max: 300 }),
  rows: fc.integer({ min: 5, max: 100 }),
  key: fc.constantFrom(...KEYS),
});
const steps = fc.sample(step, { numRuns: Number(sizes), seed: Number(seed) });
const project = makeProject();
let [deviations, again] = [0, 0];
const desk = open(project);
try {
  await desk.see(/sizes/);
  for (const [at, { columns, rows, key }] of steps.entries()) {
    project.write('tick', String(at + 1));
    desk.press(key);
    await resize(columns, rows);
    const found = await deviation({ columns, rows });
    if (found === null) continue;
    deviations++;
    console.log(`DEVIATION size ${at + 1}, ${columns}x${rows} after ${key}: ${found}`);
  }
} finally {
  desk.close();
  project.remove();
}
console.log(
  `seed ${seed}: sizes ${steps.length}, looked at again because the run went on ${again}, deviations ${deviations}`,
);
process.exitCode = deviations === 0 ? 0 : 1;

function open(project: Project): DashboardDesk {
  project.write('tick', '0');
  const command = project.agent('prints', AGENT);
  const tasks = Array.from({ length: TASKS }, (_, at) => ({
    id: `task_${(at * 7) % 40}_${1 + ((at * 11) % 50)}`,
    workstream_id: ['api', 'web'][at % 2],
    primary_agent: { framework: 'command', command },
  }));
  const workstreams = ['api', 'web'].map((id) => ({ id, parallel: true, auto_merge: true }));
  const file = project.graph({ name: 'sizes', max_concurrency: 6, workstreams, tasks });
  return openDesk(project, ['tui', file, '-t', project.repo, '-L', SOCKET]);
}

/** What of the screen is not as a redraw makes it; null for nothing. Times go on meanwhile, and are not compared. */
async function deviation({ columns, rows }: { columns: number; rows: number }): Promise<string | null> {
  for (let tried = 0; tried < TRIES; tried++) {
    const [before, known] = [await still(desk), journalSize()];
    desk.press('C-l');
    await delay(QUIET);
    const after = withoutTimes(desk.screen());
    if (before === after) return wrongFrame(after, rows);
    // What is said for a moment goes by itself, and so does what the run changes.
    const hasGoneOn = journalSize() !== known || withoutFooter(before, rows) === withoutFooter(after, rows);
    if (!hasGoneOn) return `it was\n${before}\nand is drawn anew as\n${after}`;
    again++;
    await resize(columns - 1, rows + 1);
    await resize(columns, rows);
  }
  return 'it is never still';
}

/** Resolves when the program has been told: tmux takes its time where one size comes after another. */
async function resize(columns: number, rows: number): Promise<void> {
  desk.resize(columns, rows);
  const tty = desk.tmux('display-message', '-p', '-t', 'desk', '#{pane_tty}');
  const size = () => execFileSync('sh', ['-c', 'stty size <"$0"', tty], { encoding: 'utf8' }).trim();
  while (size() !== `${rows} ${columns}`) await delay(20);
}

function journalSize(): number {
  return statSync(join(project.repo, '.workflow/sizes/runs/1/events.jsonl')).size;
}

function withoutFooter(screen: string, rows: number): string {
  return screen
    .split('\n')
    .toSpliced(rows - 2, 1)
    .join('\n');
}

/** The screen, once it has not changed for a while, also on a busy machine; or after a long one, whatever it is. */
async function still(desk: DashboardDesk): Promise<string> {
  let [seen, same] = [withoutTimes(desk.screen()), 0];
  for (let looked = 0; looked < 40 && same < 2; looked++) {
    await delay(QUIET);
    const now = withoutTimes(desk.screen());
    // What the panel shows may still be waited for.
    same = now === seen && !/^ …$/m.test(now) ? same + 1 : 0;
    seen = now;
  }
  return seen;
}

function withoutTimes(screen: string): string {
  return screen.replace(/ *(\d+:\d\d(?:\.\d)?|\d+h\d\dm)/g, (time) => '#'.repeat(time.length));
}

function wrongFrame(screen: string, rows: number): string | null {
  const lines = screen.split('\n');
  // The header, or what a dialog leaves of it.
  if (!/^( |╭)/.test(lines[0] ?? '')) return `something is above the header:\n${screen}`;
  return lines.length < rows ? null : `something stands in the last row:\n${screen}`;
}
