import type { UserConfig } from '../../core/user-config/user-config.ts';
import { keyOverrides } from '../../ui/config-names.ts';
import { Dashboard } from '../../ui/dashboard.ts';
import { ASCII, UNICODE } from '../../ui/glyphs.ts';
import { createKeymap } from '../../ui/keymap/keymap.ts';
import type { Mounted } from '../../ui/mount.tsx';
import type { Leave, Ports } from '../../ui/ports.ts';
import { takeTerminal } from '../../ui/terminal.ts';
import { themeFor } from '../../ui/theme.ts';
import { userConfig } from '../own-settings.ts';
import { knowsLinks, wantsAscii } from './screen-kind.ts';
import { SmallHeap } from './small-heap.ts';
import { createStage, type OwnStage } from './stage.ts';

/** How the screen is to look; what is not said is the config's to say. */
export interface ScreenLook {
  readonly theme: 'auto' | 'dark' | 'light' | null;
  readonly ascii: boolean;
  readonly screenReader: boolean;
}

/** A terminal that can be drawn on. */
export interface ReadyTerminal {
  readonly config: UserConfig;
  readonly stage: OwnStage;
  /** Calls back each time that the person wants to leave. */
  onLeave(listener: (how: Leave) => void): void;
  leave(how: Leave): void;
  draw(ports: Ports, drawing: Drawing): Drawn;
}

export interface Drawing {
  readonly readOnly: boolean;
  /** Stands on the screen for a moment at first; null for nothing. */
  readonly greeting: string | null;
}

/** A dashboard on its terminal. */
export interface Drawn {
  readonly mounted: Mounted;
  /** Something to know, for a moment. */
  say(text: string): void;
  close(): Promise<void>;
}

/** The terminal, taken; what draws on it is still being loaded. */
export interface TakenTerminal {
  readonly ready: Promise<ReadyTerminal>;
  /** Gives it back: what is printed from here on stays. */
  release(): void;
}

/** Takes the terminal of this process for what `show` does with it. */
export async function onTerminal<T>(look: ScreenLook, show: (terminal: TakenTerminal) => Promise<T>): Promise<T> {
  const { release } = takeTerminal(process.stdin, process.stdout);
  const heap = new SmallHeap();
  try {
    const ready = makeReady(look, heap);
    // Whoever draws hears of it; nothing may come to be drawn.
    ready.catch(() => {});
    return await show({ ready, release });
  } finally {
    heap.release();
    release();
  }
}

async function makeReady(look: ScreenLook, heap: SmallHeap): Promise<ReadyTerminal> {
  // The screen is slow to load, and not needed before it is known what to show.
  const [screen, config] = await Promise.all([import('../../ui/mount.tsx'), userConfig()]);
  heap.begin();
  const stage = createStage();
  const leaveListeners: ((how: Leave) => void)[] = [];
  return {
    config,
    stage,
    onLeave: (listener) => void leaveListeners.push(listener),
    leave: (how) => leaveListeners.forEach((listener) => void listener(how)),
    draw(ports, drawing) {
      const { stdin, stdout } = process;
      const dashboard = new Dashboard({
        ports,
        ...looks(look, config),
        ...drawing,
        columns: stdout.columns,
        rows: stdout.rows,
        clock: Date.now,
      });
      dashboard.subscribe(() => heap.look());
      const { colours, theme, screenReader } = config.dashboard;
      const mounted = screen.mount({
        dashboard,
        theme: themeFor({ choice: look.theme ?? theme, env: process.env, overrides: colours }),
        links: knowsLinks(process.env),
        spoken: look.screenReader || screenReader,
        stdin,
        stdout,
      });
      stage.enter(mounted);
      return {
        mounted,
        say: (text) => dashboard.say(text),
        async close() {
          await stage.takeBack();
          dashboard.close();
          await mounted.unmount();
        },
      };
    },
  };
}

function looks(look: ScreenLook, { dashboard: own }: UserConfig) {
  const ascii = look.ascii || own.glyphs === 'ascii' || wantsAscii(process.env);
  return {
    keymap: createKeymap(keyOverrides(own.keys)),
    glyphs: ascii ? ASCII : UNICODE,
    panelShare: own.panel,
    sort: own.sort,
  };
}
