import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '../../src/core/events.ts';
import type { Approvals } from '../../src/core/graph/graph.ts';
import { attemptPatch, newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import type { KickedOff } from '../../src/core/steps.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import type { FrameworkAgent } from '../../src/steps/agents/framework-agent.ts';
import type { AgentTerminal } from '../../src/steps/agents/monitor.ts';
import { watchAgent } from '../../src/steps/agents/watch-agent.ts';
import { hashOf } from '../../src/steps/attempt-tokens.ts';
import { RunSecrets } from '../../src/steps/credentials/run-secrets.ts';
import { createTmuxEnvironment } from '../../src/steps/environments/tmux.ts';
import type { FrameworkPreset } from '../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../src/steps/frameworks/shipped.ts';
import { writeLaunchers } from '../../src/steps/launchers.ts';
import { TmuxTaskKickoff } from '../../src/steps/task-kickoff.ts';
import { TmuxTaskLauncher } from '../../src/steps/task-launcher.ts';
import { REAL_CLOCK } from '../../src/steps/tools/clock.ts';
import { Ticks } from '../../src/steps/tools/ticks.ts';
import { TmuxControl } from '../../src/steps/tools/tmux-control.ts';
import { installStandIns, standInEnv, standInScripts } from './agents/install.ts';
import type { StandInScript } from './agents/script.ts';
import { makeTask, makeWorkstream } from './graphs.ts';
import { privateTmux } from './tmux-server.ts';

const AGENT_SCRIPT = join(import.meta.dirname, '../../src/agent/run.ts');

export interface KickoffCase {
  /** Of A-Z a-z 0-9 _ only; another for each. */
  readonly task: string;
  readonly framework: string;
  readonly script: StandInScript;
  readonly approvals?: Approvals;
}

export interface StartedAgent {
  readonly runtime: TaskRuntime;
  readonly agent: FrameworkAgent;
  readonly signalDir: string;
  readonly facts: readonly Fact[];
  /** Resolves when the agent was seen to take its prompt. */
  kickoff(): Promise<KickedOff>;
  end(): Promise<void>;
}

/** Stand-ins of agent programs in a tmux of its own, launched and followed as a run does it; no git. */
export interface KickoffBench {
  readonly folder: string;
  start(one: KickoffCase): Promise<StartedAgent>;
  /** What a later owner has of the same agent. */
  find(started: StartedAgent): Promise<StartedAgent>;
  /** Makes the file of this name, which a script may wait for. */
  release(name: string): void;
  /** Takes away what an ended agent has left, so that another can be started in its name. */
  forget(task: string): void;
  end(): Promise<void>;
}

export async function kickoffBench(): Promise<KickoffBench> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-kickoff-')));
  const restore = standInEnvironment(folder);
  const tmux = privateTmux();
  const control = await TmuxControl.connect({ socket: tmux.socket, session: 'work' });
  const environment = createTmuxEnvironment({ control });
  const ticks = new Ticks(REAL_CLOCK, 1_000);
  const live = new Set<StartedAgent>();
  writeLaunchers(join(folder, 'bin'), { node: process.execPath, agentScript: AGENT_SCRIPT });

  const launcherOf = (framework: FrameworkPreset) => {
    const followed = { framework, graph: 'g', runDirectory: folder, ticks, clock: REAL_CLOCK };
    const watch = (runtime: TaskRuntime, terminal: AgentTerminal) => watchAgent(runtime, terminal, followed);
    return new TmuxTaskLauncher({
      credentials: new RunSecrets(null),
      environment,
      framework,
      graph: 'g',
      runDirectory: folder,
      repository: folder,
      commonDir: folder,
      watch,
    });
  };
  const started = (made: ReturnType<typeof makeRuntime>, agent: FrameworkAgent): StartedAgent => {
    const { runtime } = made;
    const one: StartedAgent = {
      ...made,
      agent,
      kickoff: () => new TmuxTaskKickoff().kickoff(runtime, agent),
      async end() {
        live.delete(one);
        await agent.address.teardown({ signalDir: made.signalDir, keepPanes: false });
      },
    };
    live.add(one);
    return one;
  };
  return {
    folder,
    async start(one) {
      standInScripts(folder, { [one.task]: one.script });
      const made = makeRuntime(folder, one, null);
      return started(made, await launcherOf(presetOf(one.framework)).launch(made.runtime));
    },
    async find({ runtime: earlier, agent }) {
      agent.close();
      const { task } = earlier;
      const spec = { task: task.id, framework: task.primaryAgent.framework, approvals: task.approvals };
      const made = makeRuntime(folder, spec, earlier.recorded());
      const known = await launcherOf(presetOf(spec.framework)).find(made.runtime);
      if (known === null) throw new Error(`no agent of ${task.id} is found`);
      return started(made, known.agent as FrameworkAgent);
    },
    release: (name) => writeFileSync(join(folder, name), ''),
    forget(task) {
      for (const left of ['signals', 'trees']) rmSync(join(folder, left, task), { recursive: true });
      rmSync(join(standInEnv(folder).STAND_IN_RECORD, `${task}.jsonl`));
      rmSync(join(folder, 'home'), { recursive: true });
      mkdirSync(join(folder, 'home'));
    },
    async end() {
      await Promise.all([...live].map((one) => one.end()));
      await control.disconnect();
      await tmux.end();
      restore();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function presetOf(name: string): FrameworkPreset {
  const preset = SHIPPED[name];
  if (preset === undefined) throw new Error(`no preset ${name}`);
  return preset;
}

/** The agents have a home of their own, and find the stand-ins on their PATH; returns what undoes that. */
function standInEnvironment(folder: string): () => void {
  const home = join(folder, 'home');
  mkdirSync(home);
  const changes: Record<string, string> = {
    ...standInScripts(folder, {}),
    HOME: home,
    PATH: `${installStandIns(folder)}:${process.env.PATH}`,
  };
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, changes);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** A prepared attempt; `resumed` as an earlier owner has left it. */
function makeRuntime(
  folder: string,
  { task: id, framework, approvals = 'ask' }: Omit<KickoffCase, 'script'>,
  resumed: AttemptState | null,
) {
  const token = `token-${id}`;
  const signalDir = join(folder, 'signals', id, 'attempt-1');
  const worktree = join(folder, 'trees', id);
  mkdirSync(signalDir, { recursive: true });
  mkdirSync(worktree, { recursive: true });
  writeFileSync(join(signalDir, 'instructions.md'), `# ${id}\n`);
  const facts: Fact[] = [];
  const leave = new AbortController();
  let recorded: AttemptState = resumed ?? {
    ...newAttempt(1, new Date().toISOString(), hashOf(token)),
    signalDir,
    worktree,
  };
  const runtime = new TaskRuntime({
    task: makeTask({ id, framework, approvals }),
    workstream: makeWorkstream({ id: 'default' }),
    run: 1,
    attempt: 1,
    token,
    tokenHash: hashOf(token),
    signal: leave.signal,
    resumed,
    recorded: () => recorded,
    emit(fact) {
      facts.push(fact);
      const event = { v: 1, seq: facts.length, at: new Date().toISOString(), ...fact } as never;
      recorded = { ...recorded, ...attemptPatch(recorded, event) };
    },
  });
  runtime.state.signalDir = signalDir;
  runtime.state.worktreePath = worktree;
  return { runtime, signalDir, facts, leave };
}
