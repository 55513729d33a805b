import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import type { Graph, Isolation } from '../core/graph/graph.ts';
import { ENVIRONMENT_KEYS } from '../core/graph/known-names.ts';
import { currentAttempt, type RunState } from '../core/run-state.ts';
import { type Finding, findingOf, ok } from '../steps/checks/finding.ts';
import { exec } from '../steps/tools/exec.ts';
import { findProgram } from '../steps/tools/find-program.ts';
import { withPlainGit } from './demo/plain-git.ts';
import { ownRun } from './owner.ts';
import { prepareRun } from './prepare-run.ts';
import { endPrivateTmux } from './private-tmux.ts';
import type { Provable } from './provable.ts';

export interface ProofOptions {
  readonly place: Provable;
  /** Its first agent in that place says with which keys; null for a place without any. */
  readonly graph: Graph | null;
  /** Of the repository, or where one would be. Absolute. */
  readonly root: string;
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
}

/** An agent of one line: it writes a file, commits it and hands it over. */
const AGENT = 'echo proof >proof.txt && git add proof.txt && git commit -qm "Prove the place" && agentrelay-complete';
const TASK = 'prove';
/** Of the agent, once it runs. */
const LIMIT = '2m';

/**
 * Has an agent of one line do a whole task in a place, gate and merge included, in a repository of its own, and clears all
 * of it away.
 */
export async function provePlace(options: ProofOptions): Promise<Finding> {
  const what = `agent in ${options.place}`;
  const folder = makeFolder(options.root);
  const socket = basename(folder).replace(/[^A-Za-z0-9_-]/g, '');
  const began = performance.now();
  try {
    const { state, events } = await withPlainGit(process.env, () => runTask(options, folder, socket));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const task = state.tasks.get(TASK);
    if (task?.status === 'pr_merged') return ok(what, `launched, gated and merged in ${seconds} s${times(events)}`);
    const failure = task === undefined ? null : currentAttempt(task)?.failure;
    const detail = failure == null ? `it ended as ${state.outcome}` : `${failure.code}: ${failure.error}`;
    return { level: 'fail', what, detail, fix: `docs/places/${options.place}.md says what it needs` };
  } catch (error) {
    return findingOf(what, error);
  } finally {
    // Without tmux there was nothing to end.
    if (findProgram('tmux', folder, process.env.PATH ?? '') !== null) await endPrivateTmux(socket);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Beside the runs of the repository where there are some: a cluster sees the same files there. */
function makeFolder(root: string): string {
  const workflow = join(root, '.workflow');
  return realpathSync(mkdtempSync(join(existsSync(workflow) ? workflow : tmpdir(), 'check-')));
}

async function runTask(options: ProofOptions, folder: string, tmuxSocket: string) {
  const repository = join(folder, 'repository');
  const graphFile = join(folder, 'graph.yaml');
  await makeRepository(repository);
  // JSON is YAML, too.
  writeFileSync(graphFile, JSON.stringify(graphOf(options)));
  const prepared = await prepareRun({
    graphFile,
    targetRepo: repository,
    settings: {},
    tmuxSocket,
    configModule: null,
    newRun: false,
    json: false,
    agentScript: options.agentScript,
    wait: null,
  });
  try {
    const run = await ownRun(prepared.owner);
    const events: RunEvent[] = [...run.opening];
    run.log.subscribe((event) => events.push(event));
    const cancel = () => run.orchestrator?.cancel();
    process.on('SIGINT', cancel).on('SIGTERM', cancel).on('SIGHUP', cancel);
    try {
      await run.orchestrator?.run();
      const state: RunState = run.log.state;
      return { state, events };
    } finally {
      process.off('SIGINT', cancel).off('SIGTERM', cancel).off('SIGHUP', cancel);
      await run.close();
    }
  } finally {
    prepared.close();
  }
}

async function makeRepository(repository: string): Promise<void> {
  mkdirSync(repository);
  const git = (...args: string[]) => exec('git', args, { cwd: repository });
  await git('init', '--quiet', '--initial-branch=main', '--template=');
  await git('config', 'user.name', 'agentrelay check');
  await git('config', 'user.email', 'check@agentrelay.invalid');
  await git('commit', '--quiet', '--allow-empty', '--message', 'Begin');
}

function graphOf({ place, graph }: ProofOptions): object {
  const isEnvironment = Object.hasOwn(ENVIRONMENT_KEYS, place);
  const agents = (graph?.tasks ?? []).map(({ primaryAgent }) => primaryAgent);
  const like = agents.find(
    ({ environment, isolation }) => place === (isEnvironment ? environment.type : isolation.sandbox),
  );
  if (like === undefined && place === 'ssh') {
    throw new UserError('an agent on another machine needs to know which', {
      hint: 'agentrelay check GRAPH --env ssh, with a graph that has environment: {type: ssh, host: …}',
    });
  }
  return {
    name: 'check',
    forge: 'local',
    timeout: LIMIT,
    isolation: isolationOf(like?.isolation ?? null, isEnvironment ? null : place),
    primary_agent: {
      framework: 'command',
      command: ['/bin/sh', '-c', AGENT],
      environment: like?.environment ?? (isEnvironment ? { type: place } : {}),
    },
    tasks: [{ id: TASK, completion_gate: ['/bin/sh', '-c', 'test -s proof.txt'] }],
  };
}

function isolationOf(like: Isolation | null, sandbox: string | null): object {
  if (like === null) return sandbox === null ? {} : { sandbox };
  const { sandbox: own, image, runtime, network, cpus, memory, mounts } = like;
  return { sandbox: own, image, runtime, network, cpus, memory, mounts };
}

/** How long the slow parts took. */
function times(events: readonly RunEvent[]): string {
  const at = (kind: RunEvent['kind']) => Date.parse(events.find((event) => event.kind === kind)?.at ?? '');
  const launch = at('task_waiting') - at('task_prepared');
  return Number.isFinite(launch) ? `; its agent was there after ${(launch / 1000).toFixed(1)} s` : '';
}
