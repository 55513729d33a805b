import type { Clock } from '../../core/clock.ts';
import type { Approvals } from '../../core/graph/graph.ts';
import type { ScreenReading, TerminalTraits } from '../frameworks/framework.ts';
import type { AgentMonitor, AgentTerminal } from './monitor.ts';
import { isInputOf } from './prompt-text.ts';
import type { SentPrompts } from './sent-prompts.ts';

/** All that is needed to tell a live agent something, and to see that it took it. */
export interface AgentAccess {
  readonly terminal: AgentTerminal;
  readonly traits: TerminalTraits;
  readonly monitor: AgentMonitor;
  readonly clock: Clock;
  readonly approvals: Approvals;
  readonly sent: SentPrompts;
  /** Hooks or a transcript are there to tell what was taken; the screen alone is the last resort then. */
  readonly keepsRecords: boolean;
  /** It stands in the terminal, or in what was scrolled out of it. */
  shows(text: string): Promise<boolean>;
  /** What we have typed and did not see submitted. */
  unsent: string | null;
}

/** What its screen tells just now. */
export interface Look {
  readonly lines: readonly string[];
  readonly reading: ScreenReading;
}

/** Null when nobody is there. */
export async function look({ terminal, traits, clock }: AgentAccess): Promise<Look | null> {
  const screen = await terminal.screen();
  return screen === null ? null : { lines: screen.lines, reading: traits.read(screen, clock.now()) };
}

/** Whose text waits in the input; `unseen` where no input line is. */
export type Box = 'empty' | 'ours' | 'other' | 'unseen';

export function boxOf({ reading: { input } }: Look, ours: readonly (string | null)[]): Box {
  if (input === null) return 'unseen';
  if (input.trim() === '') return 'empty';
  return ours.some((text) => text !== null && isInputOf(input, text)) ? 'ours' : 'other';
}

/** Something else than a prompt would take what is typed. */
export function hasTheKeys({ reading: { dialog, report, input } }: Look): boolean {
  if (dialog !== null) return true;
  switch (report?.state) {
    case 'waiting_permission':
    case 'waiting_input':
    case 'trust_prompt':
      return true;
    // Where one can type, it has only said so; the login may have been done elsewhere.
    case 'login_required':
      return input === null;
    default:
      return false;
  }
}
