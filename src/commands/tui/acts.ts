import { describeError, UserError } from '../../core/errors.ts';
import type { Request } from '../../core/requests.ts';
import type { RunStore } from '../../steps/run-store.ts';
import { exec, runInTerminal } from '../../steps/tools/exec.ts';
import { CLIENT_ENV } from '../../steps/tools/tmux-session.ts';
import type { Acts, Leave, Outcome, Wish } from '../../ui/ports.ts';
import { type AskOptions, ask } from '../ask.ts';
import { attachment } from '../attach.ts';
import type { OwnerOptions } from '../owner.ts';
import { recordedGraph } from '../recorded-graph.ts';
import { editText } from './editor.ts';
import type { Notifier } from './notifier.ts';
import type { RunSession } from './session.ts';

/** The terminal of the dashboard, once there is one. */
export interface Stage {
  handOver<T>(work: () => Promise<T>): Promise<T>;
  redraw(): void;
  /** To the shell, until the process is continued. */
  suspend(): void;
}

export interface ActsOptions {
  readonly session: RunSession;
  readonly store: RunStore;
  readonly graph: string;
  readonly stage: Stage;
  readonly notifier: Notifier;
  /** Null where nobody is to become the owner from here. */
  readonly owner: OwnerOptions | null;
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
    edit: (text) => stage.handOver(() => editText(text)),
    description: (task) => descriptionOf(task, options),
    async goOn() {
      if (owner === null) return refused('this dashboard only looks', null);
      await session.own(owner);
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

async function asked(wish: Wish, options: ActsOptions): Promise<Outcome> {
  const { session, owner } = options;
  const request = (by: Request['by']) => ({ ...wish, by });
  if (session.standing.kind === 'nobody') {
    const outcome = await askHere(request, options.asking);
    // Whoever has it tried again wants to see it run.
    if (outcome.ok && wish.action === 'retry' && owner !== null) await session.own(owner);
    return outcome;
  }
  const answer = await session.ask(request, AbortSignal.timeout(PATIENCE));
  if (answer === null)
    return refused('the owner of the run has not answered', 'the request stays, and is done by the next one');
  return answer.kind === 'request_applied' ? { ok: true } : refused(answer.message, answer.hint ?? null);
}

/** As the command line does it where nobody runs the run. */
async function askHere(wish: (by: Request['by']) => Request, asking: AskOptions): Promise<Outcome> {
  const said: string[] = [];
  try {
    const code = await ask(wish, asking, { out: () => {}, err: (line) => said.push(line), colour: false });
    return code === 0
      ? { ok: true }
      : refused(said.map((line) => line.replace(/^agentrelay: |^ *→ /, '')).join('; '), null);
  } catch (error) {
    return refused(describeError(error), error instanceof UserError ? error.hint : null);
  }
}

async function attachTo(task: string, { session, graph, asking, stage }: ActsOptions): Promise<Outcome> {
  const { targetRepo, tmuxSocket } = asking;
  const { argv, how } = await attachment({ task, tmuxSocket, targetRepo, graph, run: session.run });
  if (how === 'switch') {
    await exec('tmux', argv);
    return { ok: true };
  }
  const code = await stage.handOver(() => runInTerminal('tmux', argv, how === 'nested' ? { env: CLIENT_ENV } : {}));
  return code === 0 ? { ok: true } : refused(`tmux ended with ${code}`, null);
}

async function descriptionOf(task: string, { session, store, asking }: ActsOptions): Promise<string> {
  const { root } = store;
  const { graph } = await recordedGraph(store, session.run, { root, configModule: asking.configModule });
  return session.state.tasks.get(task)?.change?.instructions ?? graph.taskById.get(task)?.description ?? '';
}
