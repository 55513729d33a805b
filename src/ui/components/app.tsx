import { useApp, useInput, usePaste } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { Dashboard } from '../dashboard.ts';
import { keyPresses } from '../keymap/key-press.ts';
import type { Theme } from '../theme.ts';
import { Frame } from './frame.tsx';

export type HandOver = ReturnType<typeof useApp>['suspendTerminal'];

interface AppProps {
  readonly dashboard: Dashboard;
  readonly theme: Theme;
  readonly links: boolean;
  /** Gets what gives the terminal away for a time. */
  readonly onReady: (handOver: HandOver) => void;
}

/** The dashboard in a terminal: shows its screen, and brings it keys. */
export function App({ dashboard, theme, links, onReady }: AppProps) {
  const screen = useSyncExternalStore(dashboard.subscribe, dashboard.screen);
  const { suspendTerminal } = useApp();
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
  useInput((input, key) => dashboard.press(keyPresses(input, key)));
  usePaste((text) => dashboard.paste(text));
  return <Frame screen={screen} theme={theme} links={links} />;
}
