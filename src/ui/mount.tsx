import { render } from 'ink';
import { App, type HandOver } from './components/app.tsx';
import { Spoken } from './components/spoken.tsx';
import type { Dashboard } from './dashboard.ts';
import { createFrameOutput } from './frame-output.ts';
import { tidyUp } from './terminal.ts';
import type { Theme } from './theme.ts';

export interface MountOptions {
  readonly dashboard: Dashboard;
  readonly theme: Theme;
  readonly links: boolean;
  /** Lines for a screen reader instead of a screen. */
  readonly spoken: boolean;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** A dashboard on a terminal. */
export interface Mounted {
  /** Gives the terminal away until `work` is done, and takes it back whole. */
  handOver<T>(work: () => Promise<T>): Promise<T>;
  /** Draws all anew, whatever stands there. */
  redraw(): void;
  /** Resolves when it was unmounted; rejects with what a component has thrown. */
  readonly ended: Promise<void>;
  /** Gives the terminal back. */
  unmount(): Promise<void>;
}

/** Draws the dashboard on the alternate screen. The terminal is in raw mode already: what was typed before is not lost. */
export function mount({ dashboard, theme, links, spoken, stdin, stdout }: MountOptions): Mounted {
  const ready = Promise.withResolvers<HandOver>();
  const app = spoken ? (
    <Spoken dashboard={dashboard} onReady={ready.resolve} />
  ) : (
    <App dashboard={dashboard} theme={theme} links={links} onReady={ready.resolve} />
  );
  const output = createFrameOutput(stdout);
  // Between these two comes Ink's own, which would draw the frame of the old size once more.
  const beforeInk = () => {
    output.isMute = true;
    dashboard.resize(stdout.columns, stdout.rows);
  };
  const afterInk = () => {
    output.isMute = false;
    redraw();
  };
  stdout.on('resize', beforeInk);
  // Ink enters the alternate screen without homing the cursor.
  if (!spoken) output.startAnew();
  const ink = render(app, {
    stdin,
    stdout: output.stdout,
    alternateScreen: !spoken,
    incrementalRendering: true,
    exitOnCtrlC: false,
    interactive: true,
    isScreenReaderEnabled: spoken,
    maxFps: 60,
  });
  let isOver = false;
  let isAway = false;
  const redraw = () => {
    // Not over what somebody else has drawn, who hears of a new size as well.
    if (isOver || isAway || spoken) return;
    output.isMute = true;
    ink.clear();
    output.isMute = false;
    output.startAnew();
    ink.rerender(app);
  };
  stdout.on('resize', afterInk);
  const ended = ink.waitUntilExit().then(() => {});
  const end = () => {
    isOver = true;
    stdout.off('resize', beforeInk).off('resize', afterInk);
  };
  ended.then(end, end);
  return {
    async handOver(work) {
      const handOver = await ready.promise;
      const suspension = await handOver();
      isAway = true;
      try {
        await stopReading(stdin);
        return await work();
      } finally {
        stdout.write(tidyUp);
        await suspension.resume();
        isAway = false;
        dashboard.resize(stdout.columns, stdout.rows);
        redraw();
      }
    },
    redraw,
    ended,
    async unmount() {
      end();
      ink.unmount();
      await ended.catch(() => {});
    },
  };
}

/**
 * Node would go on reading, and take the first keys, and what the terminal answers, from whoever has it now. The stream
 * notices a turn late that Ink listens no more, is paused by nothing before that, and stops a turn after it.
 */
async function stopReading(stdin: NodeJS.ReadStream): Promise<void> {
  await turn();
  stdin.pause();
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
