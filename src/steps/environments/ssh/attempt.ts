import { dirname, join } from 'node:path';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { AgentCommand } from '../../agent-command.ts';
import { reportLate } from '../../late-report.ts';
import type { Git } from '../../tools/git.ts';
import { endAbandoned } from './abandoned.ts';
import { attemptFiles, filesNamedBy, leftToOwner } from './attempt-files.ts';
import { AttemptInbox } from './attempt-inbox.ts';
import type { SshHost } from './host.ts';
import { type AttemptLayout, attemptLayout, pathMap } from './layout.ts';
import { LocalSignals } from './local-signals.ts';
import { type PlaceRecord, readPlaceRecord, writePlaceRecord } from './place-record.ts';
import type { Site } from './site.ts';
import { shellCommand } from './ssh-argv.ts';
import { makeWorkspace, requireProgram } from './workspace.ts';
import { bringOn, cleanTree, type MirroredTree, mirrorTree } from './worktree-mirror.ts';

/** Of those who take turns. */
const CLONE = 'clone';

export interface AttemptRun {
  readonly git: Git;
  readonly graph: string;
  /** Absolute, as those below. */
  readonly runDirectory: string;
  readonly repository: string;
  readonly commonDir: string;
}

/** An attempt on its machine, as it is known here. */
export class RemoteAttempt {
  readonly id: string;
  readonly host: SshHost;
  readonly runtime: TaskRuntime;
  readonly signals: LocalSignals;
  readonly #run: AttemptRun;
  readonly #inbox: AttemptInbox;
  #workspace: Promise<void> | null = null;
  #release: (() => void)[] = [];
  #isUnreachable: boolean;
  #integrationTip: string | null = null;
  #isPlaced = false;

  constructor(host: SshHost, runtime: TaskRuntime, run: AttemptRun) {
    this.id = `${runtime.task.id}/${runtime.attempt}`;
    this.host = host;
    this.runtime = runtime;
    this.#run = run;
    this.signals = new LocalSignals(this.signalDir);
    this.#inbox = new AttemptInbox({
      ...{ runtime, run, signals: this.signals, machine: host.name },
      record: () => this.record,
      note: (change) => this.#note(change),
      mirror: () => this.mirror({ signal: runtime.signal }),
    });
    this.#isUnreachable = runtime.recorded()?.placeState?.state === 'unreachable';
  }

  get signalDir(): string {
    return this.runtime.require('signalDir');
  }

  get record(): PlaceRecord | null {
    return readPlaceRecord(this.signalDir);
  }

  /** What it works in is there; once. */
  async workspace(): Promise<void> {
    this.#workspace ??= this.#makeWorkspace();
    try {
      await this.#workspace;
    } catch (error) {
      this.#workspace = null;
      throw error;
    }
  }

  async site(): Promise<Site> {
    return await this.host.site();
  }

  async layout(): Promise<AttemptLayout> {
    const { record } = this;
    // Known without asking the machine, which may be away.
    if (record !== null) return { tree: record.tree, signals: record.signals };
    return attemptLayout((await this.site()).layout, this.runtime.task.id, this.runtime.attempt);
  }

  /** What a text with paths of this machine says there. */
  async map(): Promise<(text: string) => string> {
    const { layout } = await this.site();
    const { runDirectory, repository } = this.#run;
    const { tree, signals } = await this.layout();
    return pathMap([
      [this.runtime.require('worktreePath'), tree],
      [this.signalDir, signals],
      // What others have left goes with this attempt.
      [join(runDirectory, 'signals'), join(signals, 'given')],
      [runDirectory, layout.run],
      [repository, layout.clone],
    ]);
  }

  /** Puts there what the agent starts with; the argv with which its wrapper runs it. */
  async place(command: AgentCommand): Promise<string[]> {
    const { layout, survey, prepare } = await this.site();
    const { signals, tree } = await this.layout();
    const map = await this.map();
    const texts = { ...attemptFiles(this.signalDir), ...command.files };
    const own = Object.entries(texts).map(([name, text]) => {
      return { path: join(signals, name), text: map(name === 'policies.json' ? leftToOwner(text) : text) };
    });
    const named = filesNamedBy(Object.values(texts).join('\n'), this.#run.runDirectory, map);
    const [wanted = '', ...rest] = command.argv.map(map);
    const find = { program: wanted, cwd: tree, searchPath: survey.searchPath };
    const { program } = await prepare({ files: [...named, ...own], find }, this.runtime.signal);
    this.#isPlaced = program !== null;
    const found = requireProgram(program, wanted, this.host.name, survey.searchPath);
    return ['/bin/sh', join(layout.bin, 'agent-wrapper'), join(signals, 'exit_code'), found, ...rest];
  }

  /** Follows what it says, and holds the connection as long. */
  async watch(): Promise<void> {
    if (this.#release.length > 0) return;
    const { connection, follower } = this.host;
    const { signals } = await this.layout();
    const forget = connection.onChange((news) => this.#tellPlace(news.state === 'up' ? null : news.reason));
    this.#release = [connection.hold(), forget, () => follower.unwatch(this.#followId)];
    this.#tellPlace(connection.reason);
    follower.watch({
      id: this.#followId,
      folder: signals,
      known: () => this.signals.known(),
      tell: (news) => this.#inbox.put(news),
    });
  }

  /** All that it has said until now is here. */
  async settle(signal?: AbortSignal): Promise<void> {
    await this.host.follower.look(signal);
    await this.#inbox.isEmpty();
  }

  /** A prompt as it is to be typed there, once what it speaks of is there, and what was taken up is out of the way. */
  async outgoing(text: string): Promise<string> {
    const { prepare } = await this.site();
    const { signals } = await this.layout();
    const map = await this.map();
    const taken = this.record?.taken ?? [];
    const gone = ['.done', '.failed'].filter((name) => this.signals.read(name) === null);
    const setAside = gone.map((name) => {
      return { path: join(signals, name), to: join(signals, `${name}.${Date.now()}`), contents: taken };
    });
    await this.#pushIntegration();
    await prepare({ files: filesNamedBy(text, this.#run.runDirectory, map), setAside }, this.runtime.signal);
    // The next one may read the same.
    if (gone.length === 2) this.#note({ taken: [] });
    return map(text);
  }

  /** Makes the worktree here like the one there, unless that is not this attempt's any more. */
  async mirror(how: { mayBeAhead?: boolean; signal?: AbortSignal } = {}): Promise<void> {
    if (this.record?.released === false) await mirrorTree(await this.#tree(), how);
  }

  /** The worktree there follows a branch that has gone on here. */
  async bringOn(): Promise<void> {
    const tree = await this.#tree();
    await this.host.turns.run(CLONE, () => bringOn(tree, this.runtime.signal));
  }

  async clean(): Promise<void> {
    await cleanTree(await this.#tree());
  }

  /** Its agent was stopped: the work of the attempt comes here, and from now on nothing there counts. */
  async release(signal: AbortSignal): Promise<void> {
    await this.settle(signal);
    await this.mirror({ mayBeAhead: true, signal });
    this.#note({ released: true });
    this.letGo();
  }

  /** It was made ready there, came to its end before it was started, and is still there. */
  get isLeft(): boolean {
    const { record } = this;
    return this.#workspace !== null && !this.#isPlaced && this.runtime.isOver && record?.removed === false;
  }

  /** Nobody can get at it: whatever it still says, it is not heard. */
  abandon(): void {
    this.#note({ released: true, abandoned: true });
    this.letGo();
  }

  /** Takes away what it has there; the clone stays for the next. */
  async remove(): Promise<void> {
    const { record } = this;
    if (record === null || record.removed) return;
    const { run } = await this.site();
    const [clone, tree, signals] = [record.clone, record.tree, record.signals].map((path) => shellCommand([path]));
    const branch = `refs/heads/${this.runtime.require('branchName')}`;
    const script = `
rm -rf ${tree} ${signals}
rmdir ${shellCommand([dirname(record.tree)])} ${shellCommand([dirname(record.signals)])} 2>/dev/null
cd ${clone} || exit 0
git worktree prune
{ git for-each-ref --format='delete %(refname)' refs/agentrelay/mirror/${this.#name} refs/agentrelay/start/${this.#name}
git worktree list --porcelain | grep -qx ${shellCommand([`branch ${branch}`])} || echo ${shellCommand([`delete ${branch}`])}
} | git update-ref --stdin
`;
    await this.host.turns.run(CLONE, () => run(script));
    this.#note({ removed: true });
  }

  /** It goes on there without us. */
  letGo(): void {
    for (const release of this.#release) release();
    this.#release = [];
  }

  get #followId(): string {
    return `${this.runtime.run}/${this.id}`;
  }

  get #name(): string {
    return `${this.#run.graph}/${this.runtime.run}/${this.id}`;
  }

  async #makeWorkspace(): Promise<void> {
    const site = await this.site();
    const layout = attemptLayout(site.layout, this.runtime.task.id, this.runtime.attempt);
    const { git, commonDir } = this.#run;
    const { clone } = site.layout;
    const known = this.record ?? { taken: [], released: false, abandoned: false, removed: false };
    const { environment } = this.runtime.task.primaryAgent;
    writePlaceRecord(this.signalDir, { ...known, machine: this.host.name, environment, clone, ...layout });
    const { connection } = this.host;
    const options = { git, connection, site, layout, name: this.#name, commonDir };
    await this.host.turns.run(CLONE, () => makeWorkspace(this.runtime, options));
    this.#integrationTip = await git.branch(this.runtime.require('integrationBranch'));
    await endAbandoned(this.host, this.#run, this.runtime.run);
  }

  async #tree(): Promise<MirroredTree> {
    const { clone, survey } = await this.site();
    const { git } = this.#run;
    const here = this.runtime.require('worktreePath');
    const { tree: there } = await this.layout();
    const { connection } = this.host;
    const branch = this.runtime.require('branchName');
    return { git, connection, clone, searchPath: survey.searchPath, name: this.#name, branch, there, here };
  }

  /** Conflicts are resolved there against the integration branch as it is here. */
  async #pushIntegration(): Promise<void> {
    const branch = this.runtime.require('integrationBranch');
    const tip = await this.#run.git.branch(branch);
    if (tip === null || tip === this.#integrationTip) return;
    const { clone } = await this.site();
    await this.host.turns.run(CLONE, () => clone.push({ [`refs/heads/${branch}`]: tip }, this.runtime.signal));
    this.#integrationTip = tip;
  }

  #note(change: Partial<PlaceRecord>): void {
    const { record } = this;
    if (record !== null) writePlaceRecord(this.signalDir, { ...record, ...change });
  }

  /** `reason` is null where it can be reached. */
  #tellPlace(reason: string | null): void {
    const isUnreachable = reason !== null;
    if (isUnreachable === this.#isUnreachable || this.runtime.isOver) return;
    this.#isUnreachable = isUnreachable;
    reportLate(this.runtime, {
      kind: 'task_place_changed',
      state: isUnreachable ? 'unreachable' : 'running',
      reason: isUnreachable ? `${this.host.name}: ${reason}` : null,
    });
  }
}
