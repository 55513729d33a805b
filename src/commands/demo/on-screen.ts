import { runDetached } from '../detach.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../prepare-run.ts';
import { showRun } from '../tui/dashboard.ts';
import { exitCode, withoutScreen } from '../tui/farewell.ts';
import type { DemoPlace } from './place.ts';
import { comeBack } from './tour.ts';

export interface ScreenDemo {
  readonly run: RunOptions;
  readonly place: DemoPlace;
  /** What Node ran as this program; absolute. */
  readonly program: string;
}

const GREETING = 'coupons will ask: n, then a · shipping will fail: r tries again · ? every key';

/** The demo's run on the dashboard. `goesOn`: it was left in the background. */
export function runOnScreen(demo: ScreenDemo, io: Io): Promise<{ readonly code: number; readonly goesOn: boolean }> {
  const { run } = demo;
  const look = { theme: null, ascii: false, screenReader: false } as const;
  return showRun({ run, ...look, readOnly: false, greeting: GREETING }, async (left) => {
    if (left.how === 'screen_broke') return { code: await withoutScreen(left, io), goesOn: false };
    if (left.how !== 'background' || !left.owned) return { code: exitCode(left), goesOn: false };
    const code = await toBackground(demo, io);
    return { code, goesOn: code === 0 };
  });
}

async function toBackground({ run, place, program }: ScreenDemo, io: Io): Promise<number> {
  const { graphFile, targetRepo, tmuxSocket, settings, configModule } = run;
  const keep = settings.keepPanes ? ['--keep-panes'] : [];
  const words = ['run', graphFile, '-t', targetRepo, '-L', place.tmuxSocket, ...keep];
  const argv = [process.execPath, ...process.execArgv, program, ...words];
  const told: string[] = [];
  // Its other lines name commands that are not on the PATH of a demo.
  const code = await runDetached(
    { graphFile, targetRepo, settings, tmuxSocket, configModule, json: false, argv },
    { ...io, out: (line) => told.push(line) },
  );
  for (const line of code === 0 ? told.slice(0, 1) : told) io.out(line);
  if (code !== 0) return code;
  io.out(`  ${comeBack(place, 'tui')}`);
  io.out('');
  io.out('This ends it, and removes all of it:');
  io.out(`  tmux -L ${place.tmuxSocket} kill-server; rm -rf ${place.directory}`);
  return 0;
}
