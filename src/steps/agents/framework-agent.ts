import type { Agent } from '../../core/agent-handle.ts';
import type { Clock } from '../../core/clock.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { TmuxEnvironment } from '../environments/tmux.ts';
import type { TmuxAgent } from '../environments/tmux-agent.ts';
import type { FrameworkPreset } from '../frameworks/framework.ts';
import { reportLate } from '../late-report.ts';
import type { AgentAccess } from './agent-access.ts';
import { answer } from './answer.ts';
import { clearWay } from './clear-way.ts';
import { deliver } from './deliver.ts';
import { DialogAnswers } from './dialogs.ts';
import type { AgentMonitor, AgentTerminal } from './monitor.ts';
import { answerInWords } from './own-question.ts';
import { sentPrompts } from './sent-prompts.ts';

/** An agent whose program is known: what it does can be followed, and what it is told is seen to be taken. */
export interface FrameworkAgent extends TmuxAgent {
  readonly framework: FrameworkPreset;
  readonly terminal: AgentTerminal;
  /** Made when it is first asked for; left out where there is nothing that could be followed. */
  readonly monitor: AgentMonitor | undefined;
  /** Null for a program whose screen nobody can read. */
  readonly access: AgentAccess | null;
  /** Follows it no longer. */
  close(): void;
}

export interface FrameworkAgentOptions {
  readonly runtime: TaskRuntime;
  readonly framework: FrameworkPreset;
  readonly environment: TmuxEnvironment;
  readonly clock: Clock;
  readonly watch: (terminal: AgentTerminal) => AgentMonitor;
}

/** Milliseconds: how long a prompt waits for a person who answers something else, and between two looks. */
const PATIENCE = 120_000;
const AGAIN = 2_000;

/** The agent of an attempt, with what is known of its program. */
export function createFrameworkAgent(agent: TmuxAgent, options: FrameworkAgentOptions): FrameworkAgent {
  const { framework, environment, runtime, watch, clock } = options;
  const { pane, address } = agent;
  const terminal = environment.terminal(pane);
  let monitor: AgentMonitor | null = null;
  const followed = () => {
    monitor ??= watch(terminal);
    return monitor;
  };
  const close = () => monitor?.close();
  const access = accessOf(options, terminal, followed, (text) => environment.shows(pane, text));
  const clear = async (signal: AbortSignal) =>
    access !== null && (await clearWay(access, (dialog, keys) => tellDialog(runtime, dialog, keys), signal));
  const dialogs = () => new DialogAnswers(access as AgentAccess, (dialog, keys) => tellDialog(runtime, dialog, keys));
  return {
    ...agent,
    framework,
    terminal,
    get monitor() {
      return isFollowed(options) ? followed() : undefined;
    },
    access,
    close,
    address: {
      ...address,
      async teardown(how) {
        close();
        await address.teardown(how);
      },
    },
    async send(text, signal, how) {
      if (access === null) return await agent.send(text, signal, how);
      const deadline = clock.now() + (how?.patient === true ? PATIENCE : 0);
      for (;;) {
        const { result } = await deliver(access, text, { signal, dialogs: dialogs(), ...how });
        if (result !== 'failed' || clock.now() >= deadline) return result;
        if (!(await clear(signal))) await clock.sleep(AGAIN, signal);
      }
    },
    ...(access === null
      ? {}
      : {
          answer: async (given, signal) => {
            const result = await answer(access, given, signal);
            const words = result === 'failed' ? answerInWords(runtime, given) : null;
            return words === null ? result : (await deliver(access, words, { signal, dialogs: dialogs() })).result;
          },
          clearWay: clear,
        }),
  };
}

/** Of any other program nothing is known but that it runs. */
function isFollowed({ framework, runtime }: FrameworkAgentOptions): boolean {
  const { terminal, readHook, transcript } = framework;
  return (terminal ?? readHook ?? transcript) !== undefined || runtime.task.stallAfterMs !== null;
}

export function isFrameworkAgent(agent: Agent): agent is FrameworkAgent {
  return 'framework' in agent && 'access' in agent;
}

/** A dialog of its program was answered without a person. */
export function tellDialog(runtime: TaskRuntime, dialog: string, keys: readonly string[]): void {
  reportLate(runtime, { kind: 'task_dialog_answered', dialog, keys });
}

function accessOf(
  { framework, runtime, clock }: FrameworkAgentOptions,
  terminal: AgentTerminal,
  followed: () => AgentMonitor,
  shows: (text: string) => Promise<boolean>,
): AgentAccess | null {
  const { terminal: traits, readHook, transcript } = framework;
  if (traits === undefined) return null;
  return {
    terminal,
    traits,
    clock,
    shows,
    get monitor() {
      return followed();
    },
    approvals: runtime.task.approvals,
    sent: sentPrompts(runtime.require('signalDir')),
    keepsRecords: readHook !== undefined || transcript !== undefined,
    unsent: null,
  };
}
