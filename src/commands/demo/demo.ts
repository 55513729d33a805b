import { join } from 'node:path';
import { styleText } from 'node:util';
import { replay } from '../../core/reduce.ts';
import { RunStore } from '../../steps/run-store.ts';
import { exec } from '../../steps/tools/exec.ts';
import { CLIENT_ENV } from '../../steps/tools/tmux-session.ts';
import { GIT, requireTool, TMUX } from '../../steps/tools/versions.ts';
import type { Io } from '../io.ts';
import { runHeadless } from '../run.ts';
import { type DemoPlace, makePlace } from './place.ts';
import { withPlainGit } from './plain-git.ts';
import { highlights, tour } from './tour.ts';

export interface DemoOptions {
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
  /** What Node ran as this program; absolute. */
  readonly program: string;
  readonly keepTmux: boolean;
}

/** A real run, small and all on this machine, then where to look at it. Resolves to the exit code of the run. */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  await requireTool(GIT);
  await requireTool(TMUX);
  return await withPlainGit(process.env, async () => {
    const place = await makePlace(options.program);
    for (const line of headline(place)) io.out(line);
    try {
      const code = await runHeadless(
        {
          graphFile: place.graphFile,
          targetRepo: place.repository,
          // Dead panes are what is left to look at.
          settings: options.keepTmux ? { keepPanes: true } : {},
          tmuxSocket: place.tmuxSocket,
          configModule: null,
          newRun: false,
          json: false,
          agentScript: options.agentScript,
          wait: null,
        },
        io,
      );
      await showResult(place, code, io);
      if (options.keepTmux) io.out(`  ${attach(place)}   # the agents' last screens`);
      return code;
    } finally {
      if (!options.keepTmux) await endTmux(place);
    }
  });
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

function attach({ tmuxSocket }: DemoPlace): string {
  return `${process.env.TMUX === undefined ? '' : 'TMUX= '}tmux -L ${tmuxSocket} attach`;
}

async function showResult(place: DemoPlace, code: number, io: Io): Promise<void> {
  const head = (text: string) => (io.colour ? styleText('bold', text, { validateStream: false }) : text);
  const { events } = new RunStore(place.repository, 'shop').journal(1);
  const state = replay(events);
  io.out('');
  io.out(head('The result: git log --graph, of main and all lanes'));
  for (const line of await mergeGraph(place.repository, io.colour)) io.out(`  ${line}`);
  io.out('');
  io.out(head('What to look at'));
  for (const line of highlights(events, state)) io.out(`  ${line}`);
  if (code !== 0) {
    io.out('');
    io.err(`agentrelay: the demo did not succeed (exit code ${code}); its errors are above`);
    if (state.outcome === null || state.outcome === 'cancelled') {
      io.err(`  → ${join(place.directory, 'agentrelay')} run ${place.graphFile} -t ${place.repository} goes on with it`);
    }
  }
  io.out('');
  io.out(head('How to look'));
  for (const line of tour(place)) io.out(`  ${line}`);
}

async function mergeGraph(repository: string, colour: boolean): Promise<string[]> {
  const paint = `--color=${colour ? 'always' : 'never'}`;
  const args = ['log', '--graph', '--oneline', '--decorate', paint, '--branches=agentrelay', 'main'];
  return (await exec('git', args, { cwd: repository })).stdout.split('\n');
}

/** The server is this demo's alone, and is gone already where the run ended its only session. */
async function endTmux({ tmuxSocket }: DemoPlace): Promise<void> {
  await exec('tmux', ['-L', tmuxSocket, '-f', '/dev/null', 'kill-server'], { env: CLIENT_ENV, accept: [1] });
}
