import { describeError, UserError } from '../../core/errors.ts';
import type { Request, Wish } from '../../core/requests.ts';
import type { RunStore } from '../../steps/run-store.ts';
import { exec, runInTerminal } from '../../steps/tools/exec.ts';
import { CLIENT_ENV } from '../../steps/tools/tmux-session.ts';
import type { Acts, Leave, Outcome } from '../../ui/ports.ts';
import { type AskOptions, answerTo } from '../ask.ts';
import { attachment } from '../attach.ts';
import type { Notifier } from '../notifier.ts';
import type { OwnerOptions } from '../owner.ts';
import { recordedGraph } from '../recorded-graph.ts';
import { RunTaken } from '../run-taken.ts';
import { editText } from './editor.ts';
import type { RunSession } from './session.ts';

/** The terminal of the dashboard, once there is one. */
export interface Stage {
  /** Until `work` is done, which is to end when the signal is aborted. */
  handOver<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  redraw(): void;
  /** To the shell, until the process is continued. */
  suspend(): Promise<void>;
}

export interface ActsOptions {
  readonly session: RunSession;
  readonly store: RunStore;
  readonly graph: string;
  readonly stage: Stage;
  readonly notifier: Notifier;
  /** How to go on with the run, as things are then; null where nobody is to become the owner from here. */
  readonly owner: (() => Promise<OwnerOptions>) | null;
  readonly asking: AskOptions;
  readonly leave: (how: Leave) => void;
}

/** Milliseconds that an owner has for an answer; it may have agents to stop first. */
const PATIENCE = 120_000;

/** What the keys of the dashboard do to the world. */
export function createActs(options: ActsOptions): Omit<Acts, 'play'> {
  const { session, owner, stage, notifier, leave } = options;
  return {
    ask: (wish) => asked(wish, options),
    attach: (task) => attachTo(task, options),
    edit: (text) => stage.handOver((signal) => editText(text, signal)),
    description: (task) => descriptionOf(task, options),
    async goOn() {
      if (owner === null) return refused('this dashboard only looks', null);
      await session.own(await owner());
      return { ok: true };
    },
    leave,
    notify: (title, text) => notifier.notify(title, text),
    suspend: () => stage.suspend(),
    redraw: () => stage.redraw(),
  };
}

function refused(message: string, hint: string | null): Outcome {
  return { ok: false, message, hint };
}

async function asked(wish: Wish, { session, store, owner, asking }: ActsOptions): Promise<Outcome> {
  const { run } = session;
  try {
    const deadline = AbortSignal.timeout(PATIENCE);
    const number = session.request((by: Request['by']) => ({ ...wish, by }));
    const told = await session.answer(number, deadline);
    // Of another run than the one on the screen nothing is asked, whatever has begun meanwhile.
    const answered =
      told === null
        ? await answerTo(number, { store, run }, { ...asking, run }, deadline)
        : { answer: told, here: false };
    if (answered === null)
      return refused('the owner of the run has not answered', 'the request stays, and is done by the next one');
    const { answer, here } = answered;
    if (answer.kind === 'request_refused') return refused(answer.message, answer.hint ?? null);
    // Whoever has it tried again wants to see it run.
    if (here && wish.action === 'retry' && owner !== null) await session.own(await owner()).catch(ifTaken);
    return { ok: true };
  } catch (error) {
    return refused(describeError(error), error instanceof UserError ? error.hint : null);
  }
}

/** Somebody else goes on with it, which is as well. */
function ifTaken(error: unknown): void {
  if (!(error instanceof RunTaken)) throw error;
}

/** Milliseconds. */
const WAY_BACK_TIME = 4_000;

/** Shown by tmux as one comes in. */
const WAY_BACK = {
  switch: 'agentrelay: the prefix key, then L, comes back to the dashboard',
  attach: 'agentrelay: the prefix key, then d, comes back to the dashboard',
  nested: 'agentrelay: the prefix key twice, then d, comes back to the dashboard',
} as const;

async function attachTo(task: string, { session, graph, asking, stage }: ActsOptions): Promise<Outcome> {
  const { targetRepo, tmuxSocket } = asking;
  const { argv, how } = await attachment({ task, tmuxSocket, targetRepo, graph, run: session.run });
  const told = [...argv, ';', 'display-message', '-d', String(WAY_BACK_TIME), WAY_BACK[how]];
  if (how === 'switch') {
    await exec('tmux', told);
    return { ok: true };
  }
  const env = how === 'nested' ? CLIENT_ENV : {};
  const code = await stage.handOver((signal) => runInTerminal('tmux', told, { env, signal }));
  return code === 0 ? { ok: true } : refused(`tmux ended with ${code}`, null);
}

async function descriptionOf(task: string, { session, store, asking }: ActsOptions): Promise<string> {
  const { root } = store;
  const { graph } = await recordedGraph(store, session.run, { root, configModule: asking.configModule });
  return session.state.tasks.get(task)?.change?.instructions ?? graph.taskById.get(task)?.description ?? '';
}
