import { homedir } from 'node:os';
import { UserError } from '../core/errors.ts';
import { DEFAULT_SETTINGS, type ForgeName, type Graph, type Settings } from '../core/graph/graph.ts';
import { checkAgents } from '../steps/checks/agents.ts';
import { checkCluster } from '../steps/checks/cluster.ts';
import { checkContainers } from '../steps/checks/containers.ts';
import { type Finding, type FindingGroup, findingOf, ok } from '../steps/checks/finding.ts';
import { checkBranches, checkGraph } from '../steps/checks/graph.ts';
import { lockFindings } from '../steps/checks/locks.ts';
import { checkMachines } from '../steps/checks/machines.ts';
import { checkRepository } from '../steps/checks/repository.ts';
import { checkRuns } from '../steps/checks/runs.ts';
import { checkSettings } from '../steps/checks/settings.ts';
import { checkTools } from '../steps/checks/tools.ts';
import { needsTmux } from '../steps/environments/needs-tmux.ts';
import { type Extensions, findRoot, namesOf } from '../steps/extensions.ts';
import { findRepository, type Repository } from '../steps/preflight.ts';
import { RunStore } from '../steps/run-store.ts';
import { FileError } from '../steps/tools/file-problems.ts';
import { Git } from '../steps/tools/git.ts';
import { loadGraph } from '../steps/tools/graph-file.ts';
import { configFile } from '../steps/user-config.ts';
import { CONFIG_NAMES } from '../ui/config-names.ts';
import { checkJson, checkLines, isUsable } from './check-report.ts';
import { chooseForge } from './choose-forge.ts';
import type { Io } from './io.ts';
import { resolveGraph } from './list.ts';
import { withOwnFrameworks } from './own-settings.ts';
import type { Provable } from './provable.ts';
import { countOf } from './validate.ts';

export interface CheckOptions {
  /** Path or name; null looks at what every run needs. */
  readonly graph: string | null;
  readonly graphDir: string | null;
  readonly targetRepo: string;
  /** What `--forge` says. */
  readonly forge: ForgeName | null;
  readonly tmuxSocket: string | null;
  readonly configModule: string | null;
  readonly json: boolean;
  /** A place that is tried out; null for none. */
  readonly proof: { readonly place: Provable; readonly agentScript: string } | null;
}

const FAULTS = 2;

/** Looks at all that a run stands on, goes on after a fault, and changes nothing. Resolves to the exit code. */
export async function check(options: CheckOptions, io: Io): Promise<number> {
  const groups = await look(options);
  if (options.json) io.out(JSON.stringify(checkJson(groups)));
  else for (const line of checkLines(groups, io.colour)) io.out(line);
  return isUsable(groups) ? 0 : FAULTS;
}

async function look(options: CheckOptions): Promise<FindingGroup[]> {
  const root = findRoot(options.targetRepo);
  const { env } = process;
  const own = checkSettings({
    root,
    configModule: options.configModule,
    env,
    home: homedir(),
    names: async () => CONFIG_NAMES,
  });
  const { findings: settings, extensions: module, config } = await own;
  const extensions = withOwnFrameworks(module, config);
  const { graph, findings: graphFile } = await readGraphFile(options, extensions);
  const inWindows = graph === null ? null : needsTmux(graph);
  const effective = { ...DEFAULT_SETTINGS, ...graph?.settings };
  const inGraph = graph === null ? [] : checkGraph({ graph, settings: effective, extensions, root });
  const tools = await checkTools({ needsTmux: inWindows, graph });
  const [containers, cluster, machines, agents, inRepository] = await Promise.all([
    checkContainers(graph),
    checkCluster(graph),
    checkMachines(graph, root),
    checkAgents({
      graph,
      extensions,
      root,
      configFile: configFile(env, homedir()).path,
      isRoot: process.geteuid?.() === 0,
    }),
    lookInRepository(options, graph, { ...effective, forge: options.forge ?? effective.forge }),
  ]);
  return [
    { title: 'Tools', findings: tools },
    { title: 'Settings', findings: settings },
    { title: 'Graph', findings: [...graphFile, ...inGraph] },
    { title: 'Agents', findings: agents },
    { title: 'Containers', findings: containers },
    { title: 'Cluster', findings: cluster },
    { title: 'Machines', findings: machines },
    { title: 'Place', findings: await tryPlace(options, graph, root) },
    ...inRepository,
  ].filter(({ findings }) => findings.length > 0);
}

/** The only check that starts something; all of it is gone afterwards. */
async function tryPlace({ proof }: CheckOptions, graph: Graph | null, root: string): Promise<Finding[]> {
  if (proof === null) return [];
  const { provePlace } = await import('./prove-place.ts');
  return [await provePlace({ ...proof, graph, root })];
}

/** The graph, or all that is wrong with its file. */
async function readGraphFile(
  { graph: name, graphDir }: CheckOptions,
  extensions: Extensions,
): Promise<{ readonly graph: Graph | null; readonly findings: Finding[] }> {
  if (name === null) return { graph: null, findings: [] };
  try {
    const path = await resolveGraph(name, graphDir);
    const { graph } = await loadGraph(path, namesOf(extensions));
    const { tasks, workstreams } = graph;
    const size = `${countOf(tasks.length, 'task')} in ${countOf(workstreams.length, 'workstream')}`;
    return { graph, findings: [ok('graph file', `${path}: graph ${graph.name}, ${size}`)] };
  } catch (error) {
    return { graph: null, findings: problemsOf(error) };
  }
}

function problemsOf(error: unknown): Finding[] {
  if (!(error instanceof FileError)) return [findingOf('graph file', error)];
  return error.problems.map(({ file, line, column, path, message, hint }) => {
    const place = line === null ? file : `${file}:${line}:${column}`;
    const detail = `${place}: ${path === '' ? '' : `${path}: `}${message}`;
    return { level: 'fail', what: 'graph file', detail, fix: hint };
  });
}

async function lookInRepository(
  options: CheckOptions,
  graph: Graph | null,
  settings: Settings,
): Promise<FindingGroup[]> {
  const repository = await findRepository(options.targetRepo).catch((error: unknown) => findingOf('repository', error));
  if (!('root' in repository)) return [{ title: 'Repository', findings: [repository] }];
  // While no git of our own is at work.
  const locks = lockFindings(repository);
  const git = new Git(repository.root);
  try {
    const place = { repository, git, graph };
    const [inside, forge, runs] = await Promise.all([
      checkRepository(place),
      lookAtForge(place, settings),
      checkRuns({ ...place, tmuxSocket: options.tmuxSocket }),
    ]);
    return [
      { title: 'Repository', findings: inside },
      { title: 'Forge', findings: forge },
      { title: 'Runs', findings: [...runs, ...locks] },
    ];
  } finally {
    git.close();
  }
}

async function lookAtForge(
  { repository, git, graph }: { repository: Repository; git: Git; graph: Graph | null },
  settings: Settings,
): Promise<Finding[]> {
  try {
    const forge = await chooseForge(git, settings.forge);
    if (forge.name === 'local') {
      const why = settings.forge === null ? 'no remote is on GitHub' : 'as asked for';
      const branches = graph === null ? [] : await checkBranches(graph, git);
      return [ok('forge', `local, ${why}: git alone merges, and gh is not needed`), ...branches];
    }
    const hasRuns = graph !== null && new RunStore(repository.root, graph.name).runs().length > 0;
    const { checkGitHub } = await import('../steps/checks/github.ts');
    return [ok('forge', 'gh'), ...(await checkGitHub({ forge, git, graph, settings, hasRuns }))];
  } catch (error) {
    if (error instanceof UserError) return [findingOf('forge', error)];
    throw error;
  }
}
