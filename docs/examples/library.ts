// Runs a graph of two tasks in a repository, with agents in tmux: node library.ts REPOSITORY [TMUX_SOCKET]
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import {
  agentScript,
  attemptTokens,
  createStandardSteps,
  createTmuxEnvironment,
  DEFAULT_SETTINGS,
  EventLog,
  emptyRunState,
  excludeOurFolders,
  findRepository,
  Git,
  LOCAL_FORGE,
  Orchestrator,
  preflight,
  REAL_CLOCK,
  type RunEvent,
  RunStore,
  readGraph,
  replay,
  runStarted,
  StandardTaskRunner,
  TmuxControl,
  tryLock,
} from 'agentrelay';

const [path = '.', socket = null] = process.argv.slice(2);

// 1. The graph: checked and completed, or everything that is wrong with it.
const write = (file: string) =>
  `echo hello >${file} && git add . && git commit -qm "Add ${file}" && agentrelay-complete`;
const file = {
  name: 'hello',
  primary_agent: { framework: 'command' },
  workstreams: [{ id: 'default', auto_merge: true }],
  tasks: [
    { id: 'one', primary_agent: { command: ['sh', '-c', write('one.txt')] } },
    { id: 'two', primary_agent: { command: ['sh', '-c', write('two.txt')] }, dependencies: ['one'] },
  ],
};
const { graph, problems } = readGraph(file);
if (graph === null) throw new Error(problems.map(({ message }) => message).join('\n'));
const settings = { ...DEFAULT_SETTINGS, ...graph.settings, tmuxSession: 'library' };

// 2. The repository: can the run start, and is it ours to run?
const repository = await findRepository(path);
const git = new Git(repository.root);
const { baseCommits } = await preflight({ graph, settings, forge: LOCAL_FORGE, git, repository, extensions: {} });
const store = new RunStore(repository.root, graph.name);
mkdirSync(store.directory, { recursive: true });
const owner = tryLock(store.lockFile);
if (owner.kind === 'taken') throw new Error(`process ${owner.by.pid} runs this graph`);
excludeOurFolders(repository.commonDir);

// 3. The run's folder, and the log that every event passes through. Here it is also the journal, so that
//    `agentrelay status` and `agentrelay events` can read the run.
const run = (store.runs().at(-1) ?? 0) + 1;
const graphText = JSON.stringify(file);
const digest = createHash('sha256').update(graphText).digest('hex');
store.create(run, { graph_digest: digest, base_commits: baseCommits, settings, graphText });
const log = new EventLog({
  state: emptyRunState(),
  now: Date.now,
  write: (line) => appendFileSync(store.journalFile(run), line),
});
log.subscribe((event) => console.log(describe(event)));
log.append(runStarted(graph, { number: run, digest }));

// 4. The steps, the runner of one attempt, and the orchestrator of all.
const control = await TmuxControl.connect({ socket, session: settings.tmuxSession });
const tmux = createTmuxEnvironment({ control });
const steps = await createStandardSteps({
  graph,
  settings,
  git,
  commonDir: repository.commonDir,
  runDirectory: store.runDirectory(run),
  forge: LOCAL_FORGE,
  tell: (fact) => log.append(fact),
  tmux,
  agentCommands: { node: process.execPath, agentScript },
});
const orchestrator = new Orchestrator({
  graph,
  settings,
  taskRunner: new StandardTaskRunner(steps.tables),
  workstreamSteps: steps.workstreams,
  log,
  tokenOf: attemptTokens(store.runDirectory(run)),
  clock: REAL_CLOCK,
});
try {
  console.log(`outcome: ${await orchestrator.run()}`);
} finally {
  steps.close();
  await tmux.disconnect();
  git.close();
  owner.lock.release();
}

// 5. The journal alone tells the same: its replay is the state that the run ended with.
const replayed = replay(store.journal(run).events);
for (const [id, task] of replayed.tasks) console.log(`${id}: ${task.status}, ${task.attempts.length} attempt`);

function describe(event: RunEvent): string {
  if (event.kind === 'task_launched') return `${event.seq} ${event.kind} ${event.task} in ${event.agent}`;
  return `${event.seq} ${event.kind}${'task' in event ? ` ${event.task}` : ''}`;
}
