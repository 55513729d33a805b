import { useApp, useInput, usePaste, useStdout } from 'ink';
import { useEffect } from 'react';
import type { Dashboard } from '../dashboard.ts';
import { keyPresses } from '../keymap/key-press.ts';
import { type Heard, heardEvent, heardOf, newToTheEar } from '../view/spoken.ts';
import type { HandOver } from './app.tsx';

interface SpokenProps {
  readonly dashboard: Dashboard;
  readonly onReady: (handOver: HandOver) => void;
}

/** The dashboard for a screen reader: what is new is a line below the last one, and nothing is ever drawn over. */
export function Spoken({ dashboard, onReady }: SpokenProps) {
  const { suspendTerminal } = useApp();
  const { write } = useStdout();
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
  useEffect(() => {
    let heard: readonly Heard[] = [];
    const say = (lines: readonly string[]) => lines.length > 0 && write(`${lines.join('\n')}\n`);
    const look = () => {
      const now = heardOf(dashboard.view);
      say(newToTheEar(heard, now));
      heard = now;
    };
    look();
    const ends = [
      dashboard.subscribe(look),
      dashboard.onEvent((event) => {
        const text = heardEvent(event);
        if (text !== null) say([text]);
      }),
    ];
    return () => ends.forEach((end) => void end());
  }, [dashboard, write]);
  useInput((input, key) => dashboard.press(keyPresses(input, key)));
  usePaste((text) => dashboard.paste(text));
  return null;
}
