import { styleText } from 'node:util';
import { replay } from '../../core/reduce.ts';
import { RunStore } from '../../steps/run-store.ts';
import { exec } from '../../steps/tools/exec.ts';
import { GIT, requireTool, TMUX } from '../../steps/tools/versions.ts';
import type { Io } from '../io.ts';
import { onOutputClosed } from '../output-closed.ts';
import type { RunOptions } from '../prepare-run.ts';
import { endPrivateTmux } from '../private-tmux.ts';
import { runHeadless } from '../run.ts';
import { summary } from '../summary.ts';
import { BRISK, watchedManner } from './manner.ts';
import { type DemoPlace, makePlace } from './place.ts';
import { withPlainGit } from './plain-git.ts';
import { highlights, tour, troubleLines } from './tour.ts';

export interface DemoOptions {
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
  /** What Node ran as this program; absolute. */
  readonly program: string;
  readonly keepTmux: boolean;
  /** On the dashboard, for a person who acts. */
  readonly onScreen: boolean;
}

/** A real run, small and all on this machine, then where to look at it. Resolves to the exit code of the run. */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  await requireTool(GIT);
  await requireTool(TMUX);
  // Whoever closes the pipe (`| head`) ends the run, and that is to leave no tmux server behind.
  const stopMinding = onOutputClosed(() => {});
  return await withPlainGit(process.env, async () => {
    const { onScreen, program } = options;
    const place = await makePlace(program, onScreen ? watchedManner(process.env) : BRISK);
    for (const line of [...headline(place), ...(onScreen ? thingsToTry() : [])]) io.out(line);
    let keep = options.keepTmux;
    try {
      const run = runOptions(place, options);
      const { code, goesOn } = onScreen
        ? await (await import('./on-screen.ts')).runOnScreen({ run, place, program }, io)
        : { code: await runHeadless(run, io), goesOn: false };
      keep ||= goesOn;
      if (!goesOn) await showResult({ place, code, onScreen }, io);
      if (options.keepTmux && !goesOn) for (const line of keptTmux(place)) io.out(line);
      return code;
    } finally {
      if (!keep) await endPrivateTmux(place.tmuxSocket);
      stopMinding();
    }
  });
}

function runOptions(place: DemoPlace, { keepTmux, agentScript }: DemoOptions): RunOptions {
  return {
    graphFile: place.graphFile,
    targetRepo: place.repository,
    // Dead panes are what is left to look at.
    settings: keepTmux ? { keepPanes: true } : {},
    tmuxSocket: place.tmuxSocket,
    configModule: null,
    newRun: false,
    json: false,
    agentScript,
    wait: null,
  };
}

function headline(place: DemoPlace): string[] {
  return [
    'agentrelay demo: scripted agents build a small shop, in real tmux windows and on real git branches.',
    '',
    `  where  ${place.directory}`,
    `  watch  ${attach(place)}   # from another terminal, while it runs`,
    '',
  ];
}

function thingsToTry(): string[] {
  return [
    '  n a    coupons asks a question after a while, and waits for the answer: go there, and answer',
    '  r      shipping fails: try it again',
    '  ↵      into the window of an agent; Ctrl-b d comes back',
    '  d w g  what a task has changed, why it is where it is, the graph; ? has every key',
    '  q      leave; the run can go on in the background',
    '',
  ];
}

function attach({ tmuxSocket }: DemoPlace): string {
  return `${process.env.TMUX === undefined ? '' : 'TMUX= '}tmux -L ${tmuxSocket} attach`;
}

function keptTmux(place: DemoPlace): string[] {
  return [
    '',
    `  ${attach(place)}   # the agents' last screens`,
    `  tmux -L ${place.tmuxSocket} kill-server   # ends their tmux server`,
  ];
}

interface Result {
  readonly place: DemoPlace;
  readonly code: number;
  readonly onScreen: boolean;
}

async function showResult({ place, code, onScreen }: Result, io: Io): Promise<void> {
  const paint = (colour: 'bold' | 'dim', text: string) =>
    io.colour ? styleText(colour, text, { validateStream: false }) : text;
  const head = (text: string) => paint('bold', text);
  const { events } = new RunStore(place.repository, 'shop').journal(1);
  const state = replay(events);
  // Without a screen the run has ended with it.
  if (onScreen) for (const line of summary(state, io.colour)) io.out(line);
  io.out('');
  io.out(head('The result: git log --graph, of main and all lanes'));
  for (const line of await mergeGraph(place.repository, io.colour)) io.out(`  ${line}`);
  const seen = highlights(events, state);
  if (seen.length > 0) io.out('');
  if (seen.length > 0) io.out(head('What to look at'));
  for (const line of seen) io.out(`  ${line}`);
  io.out('');
  io.out(head('How to look'));
  for (const line of tour(place, code === 0)) io.out(`  ${line.replace(/# .*/, (remark) => paint('dim', remark))}`);
  if (code === 0) return;
  io.out('');
  for (const line of troubleLines({ place, code, onScreen }, state)) io.err(line);
}

async function mergeGraph(repository: string, colour: boolean): Promise<string[]> {
  const paint = `--color=${colour ? 'always' : 'never'}`;
  const args = ['log', '--graph', '--oneline', '--decorate', paint, '--branches=agentrelay', 'main'];
  return (await exec('git', args, { cwd: repository })).stdout.split('\n');
}
