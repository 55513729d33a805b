import { Console } from 'node:console';
import { expect, vi } from 'vitest';
import type { Dashboard, DashboardOptions } from '../../src/ui/dashboard.ts';
import type { Line } from '../../src/ui/line.ts';
import { type Mounted, mount } from '../../src/ui/mount.tsx';
import { clip, widthOf } from '../../src/ui/text/fit.ts';
import { createTheme } from '../../src/ui/theme.ts';
import type { Screen as Model } from '../../src/ui/view/layout.ts';
import { createScreen, type Screen } from '../support/screen.ts';
import { dashboardOf, type FakeWorld } from './fake-world.ts';

/** The dashboard on a terminal in memory. */
export interface MountedApp {
  readonly screen: Screen;
  readonly dashboard: Dashboard;
  readonly mounted: Mounted;
  /** Keys as a terminal sends them, in one read. */
  type(keys: string): void;
  /** Resolves when the terminal shows exactly what the model says, cell by cell, and nothing else. */
  matches(): Promise<void>;
  close(): Promise<void>;
}

export async function mountApp(
  world: FakeWorld,
  options: Partial<DashboardOptions> & { columns: number; rows: number },
): Promise<MountedApp> {
  const screen = createScreen(options.columns, options.rows);
  const dashboard = dashboardOf(world, options);
  const { stdin, stdout } = screen;
  // Ink takes the console over, and that of vitest is none of Node's.
  console.Console ??= Console;
  const theme = createTheme('dark', 'true');
  const mounted = mount({ dashboard, theme, links: true, spoken: false, stdin, stdout });
  world.acts.redraw = () => mounted.redraw();
  const app: MountedApp = {
    screen,
    dashboard,
    mounted,
    type: (keys) => screen.type(keys),
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
