import { Console } from 'node:console';
import { expect, vi } from 'vitest';
import type { Dashboard, DashboardOptions } from '../../src/ui/dashboard.ts';
import type { Line } from '../../src/ui/line.ts';
import { type Mounted, mount } from '../../src/ui/mount.tsx';
import { chosenTask } from '../../src/ui/subjects.ts';
import { clip, widthOf } from '../../src/ui/text/fit.ts';
import { createTheme } from '../../src/ui/theme.ts';
import type { Screen as Model } from '../../src/ui/view/layout.ts';
import { createScreen, type Screen } from '../support/screen.ts';
import { dashboardOf, type FakeWorld } from './fake-world.ts';
import { START } from './view/views.ts';

/** The dashboard on a terminal in memory. */
export interface MountedApp {
  readonly screen: Screen;
  readonly dashboard: Dashboard;
  readonly mounted: Mounted;
  /** Keys as a terminal sends them, in one read; resolves when what they do is shown. */
  press(keys: string): Promise<void>;
  /** Resolves when the panel shows what was asked for, and not that it is waited for. */
  loaded(): Promise<void>;
  /** Resolves when the terminal shows exactly what the model says, cell by cell, and nothing else. */
  matches(): Promise<void>;
  close(): Promise<void>;
}

export async function mountApp(
  world: FakeWorld,
  options: Partial<DashboardOptions> & { columns: number; rows: number },
): Promise<MountedApp> {
  const screen = createScreen(options.columns, options.rows);
  const dashboard = dashboardOf(world, { clock: () => START + 3_600_000, ...options });
  const { stdin, stdout } = screen;
  // Ink takes the console over, and that of vitest is none of Node's.
  console.Console ??= Console;
  const theme = createTheme('dark', 'true');
  const mounted = mount({ dashboard, theme, links: true, spoken: false, stdin, stdout });
  world.acts.redraw = () => mounted.redraw();
  let heard = () => {};
  listen(dashboard, () => heard());
  const app: MountedApp = {
    screen,
    dashboard,
    mounted,
    async press(keys) {
      const arrived = new Promise<void>((resolve) => {
        heard = resolve;
      });
      screen.type(keys);
      await arrived;
      await app.matches();
    },
    async loaded() {
      await vi.waitFor(
        () => {
          const { detail, tab } = dashboard.view.ui;
          expect(detail?.of).toBe(`${chosenTask(dashboard.view)?.outline.id}/${tab}`);
        },
        { interval: 4, timeout: 5_000 },
      );
      await app.matches();
    },
    async matches() {
      await vi.waitFor(
        async () => {
          await screen.settled();
          expect(screen.lines().map((text) => text.trimEnd())).toEqual(shownBy(dashboard.screen(), screen.rows));
        },
        { interval: 4, timeout: 5_000 },
      );
    },
    async close() {
      dashboard.close();
      await mounted.unmount();
      screen.dispose();
    },
  };
  await app.matches();
  return app;
}

function listen(dashboard: Dashboard, heard: () => void): void {
  const [press, paste] = [dashboard.press.bind(dashboard), dashboard.paste.bind(dashboard)];
  dashboard.press = (keys) => {
    press(keys);
    heard();
  };
  dashboard.paste = (text) => {
    paste(text);
    heard();
  };
}

/** The rows of a terminal that shows this and nothing else, without blanks at the ends. */
export function shownBy({ header, body, tabs, panel, footer, dialog, columns }: Model, rows: number): string[] {
  const lines = [...header, ...body, ...tabs, ...panel, ...footer].map(({ words }) => words);
  for (const [at, over] of (dialog?.lines ?? []).entries()) {
    const row = (dialog?.top ?? 0) + at;
    lines[row] = laidOver(lines[row] ?? [], dialog?.left ?? 0, over.words, columns);
  }
  const texts = lines.map((words) =>
    words
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
  return [...texts, ...Array.from({ length: rows - texts.length }, () => '')];
}

function laidOver(under: Line['words'], left: number, over: Line['words'], columns: number): Line['words'] {
  const right = left + widthOf(over);
  return [...clip(under, 0, left), ...over, ...clip(under, right, columns)];
}
