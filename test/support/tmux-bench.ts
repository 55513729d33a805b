import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { installAgentWrapper } from '../../src/steps/agent-wrapper.ts';
import { createTmuxEnvironment, type TmuxEnvironment } from '../../src/steps/environments/tmux.ts';
import type { TmuxLaunch } from '../../src/steps/environments/tmux-launch.ts';
import type { TmuxPane } from '../../src/steps/environments/tmux-pane.ts';
import { TmuxControl } from '../../src/steps/tools/tmux-control.ts';
import { type PrivateTmux, privateTmux } from './tmux-server.ts';

/** Never aborted. */
export const never = new AbortController().signal;

export function sh(script: string, ...args: string[]): string[] {
  return ['sh', '-c', script, 'sh', ...args];
}

/** A private server with the session `work`, an environment on it, and a folder for what its agents leave. */
export interface TmuxBench {
  readonly tmux: PrivateTmux;
  readonly control: TmuxControl;
  readonly environment: TmuxEnvironment;
  readonly folder: string;
  /** A launch of `argv` as task `task`, in a folder of that name. */
  launchOf(task: string, argv: readonly string[], changes?: Partial<TmuxLaunch>): TmuxLaunch;
  /** Launches it and waits until it has shown `text`. */
  launchUntil(launch: TmuxLaunch, text: string): Promise<TmuxPane>;
  shows(pane: TmuxPane, text: string): Promise<void>;
  /** Sooner than `waitForExit`, which tmux tells once a second. */
  ended(pane: TmuxPane): Promise<void>;
  end(): Promise<void>;
}

export async function tmuxBench(): Promise<TmuxBench> {
  const tmux = privateTmux();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-tmux-')));
  const control = await TmuxControl.connect({ socket: tmux.socket, session: 'work' });
  const environment = createTmuxEnvironment({ control });
  const shows = (pane: TmuxPane, text: string) =>
    vi.waitFor(async () => expect((await environment.capture(pane, { lines: 100 })).join('\n')).toContain(text), {
      interval: 5,
      timeout: 5_000,
    });
  return {
    tmux,
    control,
    environment,
    folder,
    launchOf: (task, argv, changes) => ({ ...launchIn(folder, task, argv), ...changes }),
    async launchUntil(launch, text) {
      const pane = await environment.launch(launch);
      await shows(pane, text);
      return pane;
    },
    shows,
    ended: (pane) => vi.waitFor(async () => expect(await environment.isAlive(pane)).toBe(false), { interval: 5 }),
    async end() {
      await control.disconnect();
      await tmux.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launchIn(folder: string, task: string, argv: readonly string[]): TmuxLaunch {
  const home = join(folder, task);
  mkdirSync(home, { recursive: true });
  const token = `token-${task}`;
  return {
    windowName: task,
    cwd: home,
    argv: ['/bin/sh', installAgentWrapper(folder), join(home, 'exit_code'), ...argv],
    env: { AGENTRELAY_TOKEN: token },
    unset: [],
    rawLog: join(home, 'agent.raw.log'),
    exitCodeFile: join(home, 'exit_code'),
    tag: { graph: 'g', run: 1, task, attempt: 1, token },
  };
}
