import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { nearest } from '../core/graph/problem.ts';
import { GraphFileError, loadGraph } from '../steps/tools/graph-file.ts';
import { countOf, type GraphCommandOptions, type Output } from './validate.ts';

const EXTENSIONS = ['.yaml', '.yml'] as const;

type Listed = { readonly file: string } & (
  | { readonly ok: true; readonly name: string; readonly tasks: number; readonly workstreams: number }
  | { readonly ok: false; readonly problem: string }
);

/** Shows the graphs of a folder: name, tasks and lanes, or the first thing that is wrong. */
export async function list(dir: string, options: GraphCommandOptions, io: Output): Promise<number> {
  const graphs: Listed[] = [];
  for (const file of await graphFiles(dir)) graphs.push(await listOne(dir, file, options));
  if (options.json) io.out(JSON.stringify({ dir, graphs }));
  else if (graphs.length === 0) io.out(`no graphs (*.yaml, *.yml) in ${dir}`);
  else for (const line of listLines(graphs)) io.out(line);
  return 0;
}

async function listOne(dir: string, file: string, options: GraphCommandOptions): Promise<Listed> {
  try {
    const { graph } = await loadGraph(join(dir, file), options);
    return { file, ok: true, name: graph.name, tasks: graph.tasks.length, workstreams: graph.workstreams.length };
  } catch (error) {
    if (!(error instanceof GraphFileError)) throw error;
    const [first, ...others] = error.problems;
    const place = first?.line == null ? '' : `${first.line}:${first.column}: `;
    const path = first === undefined || first.path === '' ? '' : `${first.path}: `;
    const more = others.length + error.omitted;
    return { file, ok: false, problem: `${place}${path}${first?.message}${more === 0 ? '' : ` (and ${more} more)`}` };
  }
}

function listLines(graphs: readonly Listed[]): string[] {
  const fileWidth = Math.max(...graphs.map(({ file }) => file.length));
  const nameWidth = Math.max(...graphs.map((graph) => (graph.ok ? graph.name.length : 0)));
  return graphs.map((graph) => {
    const file = graph.file.padEnd(fileWidth);
    if (!graph.ok) return `${file}  bad: ${graph.problem}`;
    const counts = `${countOf(graph.tasks, 'task')}, ${countOf(graph.workstreams, 'workstream')}`;
    return `${file}  ${graph.name.padEnd(nameWidth)}  ${counts}`;
  });
}

async function graphFiles(dir: string): Promise<string[]> {
  try {
    const files = await readdir(dir);
    return files.filter((file) => EXTENSIONS.some((extension) => extname(file) === extension)).sort();
  } catch (error) {
    const hint = '-g/--graph-dir names the folder that holds the graph files';
    throw new UserError(`the graph folder ${dir} cannot be read: ${String(error)}`, { hint, cause: error });
  }
}

/** The file of a graph that is given by path or, with a graph folder, by name. */
export async function resolveGraph(nameOrPath: string, graphDir: string | null): Promise<string> {
  if (graphDir === null) return nameOrPath;
  const isPath = nameOrPath.includes('/') || EXTENSIONS.some((extension) => nameOrPath.endsWith(extension));
  const candidates = isPath
    ? [nameOrPath, join(graphDir, nameOrPath)]
    : EXTENSIONS.map((extension) => join(graphDir, `${nameOrPath}${extension}`));
  const found: string[] = [];
  for (const candidate of candidates) if (await exists(candidate)) found.push(candidate);
  const [first, second] = found;
  if (first === undefined) throw await notFound(nameOrPath, graphDir);
  if (second !== undefined && !isPath) {
    throw new UserError(`there are two graphs ${nameOrPath}: ${first} and ${second}`, { hint: 'give the path of one' });
  }
  return first;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function notFound(name: string, graphDir: string): Promise<UserError> {
  const names = (await graphFiles(graphDir)).map((file) => basename(file, extname(file)));
  const near = nearest(basename(name, extname(name)), names);
  const known = names.length === 0 ? `no graphs in ${graphDir}` : `graphs there: ${names.slice(0, 20).join(', ')}`;
  return new UserError(`there is no graph ${name} in ${graphDir}`, {
    hint: near === null ? known : `did you mean ${near}?`,
  });
}
