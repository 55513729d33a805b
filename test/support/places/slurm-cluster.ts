import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PrivateNetworks } from './private-networks.ts';
import { killAll, processesWith, send, withDescendants } from './slurm-processes.ts';

export type NodeName = 'n1' | 'n2';
type Daemon = NodeName | 'controller' | 'munge';
type Ports = Readonly<Record<NodeName | 'controller', number>>;
const NODES: readonly NodeName[] = ['n1', 'n2'];
/** Milliseconds. */
const PATIENCE = 45_000;

export interface SlurmClusterOptions {
  /** Processors of each node, which need not be there. */
  readonly slots?: number;
  /** Lines for slurm.conf. */
  readonly configuration?: readonly string[];
}

/**
 * A cluster of two nodes on this machine, of the test's own: its key, ports, sockets and folders are below a temporary
 * directory. Each node has a network of its own where the machine lets us make one, so that it can be cut off.
 */
export class SlurmCluster {
  readonly directory: string;
  /** For `srun` and its like. */
  readonly env: Readonly<Record<string, string>>;
  readonly #networks: PrivateNetworks;
  readonly #ports: Ports;
  readonly #daemons = new Map<Daemon, ChildProcess>();
  readonly #cut = new Set<NodeName>();

  private constructor(directory: string, networks: PrivateNetworks, ports: Ports) {
    this.directory = directory;
    this.env = { SLURM_CONF: join(directory, 'slurm.conf') };
    this.#networks = networks;
    this.#ports = ports;
  }

  /** Resolves when both nodes are idle. */
  static async start(options: SlurmClusterOptions = {}): Promise<SlurmCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'agentrelay-slurm-'));
    const networks = PrivateNetworks.make(NODES);
    const [controller, n1, n2] = await freePorts(3);
    const cluster = new SlurmCluster(directory, networks, { controller, n1, n2 } as Ports);
    try {
      cluster.#writeFiles(options);
      await cluster.#startMunge();
      cluster.#startController(['-c']);
      for (const node of NODES) cluster.startNode(node);
      await cluster.untilIdle(NODES);
      return cluster;
    } catch (error) {
      const logs = cluster.logs();
      await cluster.stop();
      throw new Error(`no cluster: ${error}\n${logs}`);
    }
  }

  /** Whether `cutNode` cuts the network; otherwise it only stops the node's daemon, which is poorer. */
  get hasNetworks(): boolean {
    return this.#networks.areThere;
  }

  /** Output of a command of the cluster. */
  run(file: string, ...args: string[]): string {
    return execFileSync(file, args, { env: { ...process.env, ...this.env }, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** `job|name|state|node|reason` of all that is queued or runs. */
  jobs(): string[] {
    const out = this.run('squeue', '-h', '-o', '%i|%j|%T|%N|%r');
    return out === '' ? [] : out.split('\n');
  }

  /** Takes all of both nodes, until it is ended. */
  async fill(): Promise<{ end(): Promise<void> }> {
    const args = ['--job-name=filler', '--nodes=2', '--exclusive', 'sleep', '600'];
    const child = spawn('srun', args, { env: { ...process.env, ...this.env }, stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await this.#until(() => this.jobs().some((job) => job.includes('|filler|RUNNING|')));
    return {
      end: async () => {
        this.run('scancel', '--name=filler');
        await ended;
      },
    };
  }

  startNode(node: NodeName): void {
    const argv = ['slurmd', '-D', '-N', node, '-f', this.env.SLURM_CONF as string];
    this.#daemon(node, this.#networks.inside(node, argv), { SLURMD_NODENAME: node });
  }

  /** As if its power had gone: its daemon, and all that it has started. */
  async killNode(node: NodeName): Promise<void> {
    await killAll(withDescendants(processesWith(this.#mark, `SLURMD_NODENAME=${node}`)));
    this.#daemons.delete(node);
  }

  /** Nothing reaches it any more, and what runs on it goes on. */
  cutNode(node: NodeName): void {
    this.#cut.add(node);
    if (this.hasNetworks) return this.#networks.cut(node);
    send(this.#daemons.get(node)?.pid as number, 'SIGSTOP');
  }

  /** As an administrator may say it, so that nobody waits until Slurm has found out. */
  declareDown(node: NodeName): void {
    this.run('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=test');
  }

  /** Resolves when all that was killed or cut off can be used again, and no job is left. */
  async mend(): Promise<void> {
    for (const node of this.#cut) {
      if (this.hasNetworks) this.#networks.heal(node);
      // One that begins anew says so at once.
      await this.killNode(node);
    }
    this.#cut.clear();
    for (const node of NODES.filter((name) => !this.#daemons.has(name))) {
      if (this.run('sinfo', '-h', '-n', node, '-o', '%T').startsWith('down')) {
        this.run('scontrol', 'update', `NodeName=${node}`, 'State=RESUME');
      }
      this.startNode(node);
    }
    this.run('scancel', '--quiet', `--user=${userInfo().username}`);
    await this.untilIdle(NODES);
  }

  async stopController(): Promise<void> {
    const daemon = this.#daemons.get('controller');
    if (daemon?.pid === undefined) return;
    daemon.ref();
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    send(daemon.pid, 'SIGTERM');
    await ended;
    this.#daemons.delete('controller');
  }

  /** With what it knows of its jobs. */
  async startController(): Promise<void> {
    this.#startController([]);
    await this.#until(() => this.run('scontrol', 'ping').includes('is UP'));
  }

  async restartController(): Promise<void> {
    await this.stopController();
    await this.startController();
  }

  async untilIdle(nodes: readonly NodeName[]): Promise<void> {
    await this.#until(() => nodes.every((node) => this.run('sinfo', '-h', '-n', node, '-o', '%T') === 'idle'));
  }

  /** Ends all that belongs to it, also what outlived its node, and removes it. */
  async stop(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      const left = processesWith(this.#mark);
      if (left.length === 0) break;
      await killAll(withDescendants(left));
    }
    this.#networks.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The last of what its daemons wrote, for a test that failed. */
  logs(): string {
    const tail = (name: string) => {
      try {
        return readFileSync(join(this.directory, 'log', name), 'utf8')
          .split('\n')
          .slice(-15)
          .join('\n');
      } catch {
        return 'nothing';
      }
    };
    return ['munge', 'controller', ...NODES].map((name) => `== ${name}\n${tail(`${name}.log`)}`).join('\n');
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (const limit = Date.now() + PATIENCE; ; await delay(50)) {
      try {
        if (isSo()) return;
      } catch (error) {
        if (Date.now() > limit) throw error;
      }
      if (Date.now() > limit) throw new Error(`the cluster is not as it should be: ${this.#state()}`);
    }
  }

  #state(): string {
    return [this.run('sinfo', '-h', '-N', '-o', '%N %T %E'), this.run('squeue', '-h'), this.logs()].join('\n');
  }

  /** In the environment of all that belongs to it: its daemons hand theirs on, and clients theirs to jobs. */
  get #mark(): string {
    return `SLURM_CONF=${this.env.SLURM_CONF}`;
  }

  #logOf(name: string): string {
    return join(this.directory, 'log', `${name}.log`);
  }

  #startController(args: readonly string[]): void {
    this.#daemon('controller', ['slurmctld', '-D', ...args, '-f', this.env.SLURM_CONF as string]);
  }

  async #startMunge(): Promise<void> {
    const at = (name: string) => join(this.directory, 'munge', name);
    writeFileSync(at('key'), randomBytes(128), { mode: 0o400 });
    const files = ['--key-file', '--socket', '--pid-file', '--log-file', '--seed-file'].map((flag) => {
      return `${flag}=${at(flag.slice(2).replace('-file', ''))}`;
    });
    this.#daemon('munge', ['munged', '--foreground', '--force', ...files, '--num-threads=2']);
    await this.#until(() => execFileSync('munge', ['-n', '-S', at('socket')], { stdio: 'pipe' }).length > 0);
  }

  #daemon(name: Daemon, argv: readonly string[], more: Readonly<Record<string, string>> = {}): void {
    const log = openSync(this.#logOf(name), 'a');
    const [file = '', ...args] = argv;
    const env = { ...process.env, ...this.env, ...more };
    const child = spawn(file, args, { env, stdio: ['ignore', log, log], detached: true });
    child.on('error', (error) => writeFileSync(log, `${error}\n`));
    child.unref();
    this.#daemons.set(name, child);
  }

  #writeFiles({ slots = 8, configuration = [] }: SlurmClusterOptions): void {
    const { directory } = this;
    for (const name of ['munge', 'state', 'log', 'run', 'spool/n1', 'spool/n2']) {
      mkdirSync(join(directory, name), { recursive: true, mode: 0o700 });
    }
    // The socket of munge is for whoever runs a job.
    chmodSync(directory, 0o755);
    chmodSync(join(directory, 'munge'), 0o711);
    const host = hostname().split('.')[0];
    const node = (name: NodeName) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=${this.#networks.address(name)} Port=${this.#ports[name]} ` +
      `CPUs=${slots} Boards=1 SocketsPerBoard=1 CoresPerSocket=${slots} ThreadsPerCore=1 RealMemory=4000`;
    const lines = [
      'ClusterName=agentrelay-test',
      `SlurmctldHost=${host}(${this.#networks.controller})`,
      `SlurmctldPort=${this.#ports.controller}`,
      ...['SlurmUser=root', 'SlurmdUser=root', 'AuthType=auth/munge', `AuthInfo=socket=${directory}/munge/socket`],
      ...[
        'CredType=cred/munge',
        `SlurmdSpoolDir=${directory}/spool/%n`,
        `SlurmdPidFile=${directory}/run/slurmd.%n.pid`,
      ],
      ...[`SlurmctldPidFile=${directory}/run/slurmctld.pid`, `StateSaveLocation=${directory}/state`],
      ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'SwitchType=switch/none', 'MpiDefault=none'],
      ...['JobAcctGatherType=jobacct_gather/none', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'],
      // Without it, nodes that claim more processors than there are would be drained.
      'SlurmdParameters=config_overrides',
      ...['ReturnToService=2', 'SlurmdTimeout=3', 'SlurmctldTimeout=30', 'TCPTimeout=2', 'MessageTimeout=2'],
      ...['KillWait=1', 'MinJobAge=300', 'UnkillableStepTimeout=10', 'InactiveLimit=0', 'Waittime=0'],
      'SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0',
      // As most clusters have one. Without, a processor that is free waits up to a second for its next job.
      'Epilog=/bin/true',
      ...NODES.map(node),
      'PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP',
    ];
    const own = new Set(configuration.map((line) => line.split('=')[0]));
    const all = [...lines.filter((line) => !own.has(line.split('=')[0])), ...configuration];
    writeFileSync(this.env.SLURM_CONF as string, all.map((line) => `${line}\n`).join(''));
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '0.0.0.0'));
  const ports = servers.map(async (server) => {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as { port: number }).port;
  });
  const found = await Promise.all(ports);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return found;
}
