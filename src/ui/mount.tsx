import { render } from 'ink';
import { App, type HandOver } from './components/app.tsx';
import { Spoken } from './components/spoken.tsx';
import type { Dashboard } from './dashboard.ts';
import { clearScreen } from './terminal.ts';
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
  // Before Ink's own, so that its next frame has the new size.
  const resize = () => {
    dashboard.resize(stdout.columns, stdout.rows);
    setImmediate(redraw);
  };
  stdout.on('resize', resize);
  const ink = render(app, {
    stdin,
    stdout,
    alternateScreen: !spoken,
    incrementalRendering: true,
    exitOnCtrlC: false,
    interactive: true,
    isScreenReaderEnabled: spoken,
    maxFps: 60,
  });
  let isOver = false;
  // Ink enters the alternate screen without homing the cursor.
  const redraw = () => {
    if (isOver || spoken) return;
    stdout.write(clearScreen);
    ink.clear();
    ink.rerender(app);
  };
  redraw();
  const ended = ink.waitUntilExit().then(() => {});
  const end = () => {
    isOver = true;
    stdout.off('resize', resize);
  };
  ended.then(end, end);
  return {
    async handOver(work) {
      const handOver = await ready.promise;
      const suspension = await handOver();
      try {
        // Node would go on reading, and take the first keys from whoever has the terminal now.
        stdin.pause();
        return await work();
      } finally {
        await suspension.resume();
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
