import { DEFAULT_WORKSTREAM } from './known-names.ts';
import type { Outline, Reference, TaskOutline } from './outline.ts';
import { formatPath, type Problem, type ProblemPath, problem, quote, suggester } from './problem.ts';

/** Ids that are taken, and references that lead nowhere. */
export function idProblems(outline: Outline): Problem[] {
  return [
    ...clashes('task', outline.tasks),
    ...clashes('workstream', outline.lanes),
    ...outline.tasks.flatMap(reservedId),
    ...dependencyProblems(outline),
    ...laneReferenceProblems(outline),
  ];
}

/** Ids become folders, which some file systems find without regard to letter case. */
function clashes(kind: string, entries: readonly { readonly id: string; readonly path: ProblemPath }[]): Problem[] {
  const first = new Map<string, { readonly id: string; readonly path: ProblemPath }>();
  return entries.flatMap((entry) => {
    const before = first.get(entry.id.toLowerCase());
    if (before === undefined) {
      first.set(entry.id.toLowerCase(), entry);
      return [];
    }
    const message =
      before.id === entry.id
        ? `duplicate ${kind} id ${quote(entry.id)}, first used at ${formatPath(before.path)}`
        : `${kind} id ${quote(entry.id)} differs from ${quote(before.id)} at ${formatPath(before.path)} in letter case only`;
    return [problem([...entry.path, 'id'], message)];
  });
}

function reservedId(task: TaskOutline): Problem[] {
  return task.id.toLowerCase() === 'ws'
    ? [problem([...task.path, 'id'], `a task cannot be named ${quote(task.id)}: the branches of lanes live there`)]
    : [];
}

function dependencyProblems({ tasks, tasksUnclear }: Outline): Problem[] {
  const known = new Set(tasks.map((task) => task.id));
  const suggest = suggester(known);
  return tasks.flatMap((task) => {
    const seen = new Set<string>();
    return task.dependencies.flatMap(({ name, path }) => {
      if (name === task.id) return [problem(path, `task ${quote(name)} depends on itself`)];
      if (seen.has(name)) return [problem(path, `dependency ${quote(name)} is listed twice`)];
      seen.add(name);
      if (known.has(name) || tasksUnclear) return [];
      return [problem(path, `unknown task ${quote(name)}`, { didYouMean: suggest(name) })];
    });
  });
}

function laneReferenceProblems(outline: Outline): Problem[] {
  const { tasks, lanes, lanesUnclear } = outline;
  if (lanesUnclear) return [];
  const known = new Set(lanes.map((lane) => lane.id));
  const suggest = suggester(known);
  const unknown = ({ name, path }: Reference): Problem =>
    problem(path, `unknown workstream ${quote(name)}`, { allowed: listed(known), didYouMean: suggest(name) });
  const byDefault: TaskOutline[] = [];
  // One wrong default at the top is one mistake, however many tasks follow it.
  const problems = new Map<string, Problem>();
  for (const task of tasks) {
    if (task.lane === null || known.has(task.lane.name)) continue;
    if (task.lane.path === task.path) byDefault.push(task);
    else problems.set(formatPath(task.lane.path), unknown(task.lane));
  }
  const parents = lanes.flatMap(({ parent }) => (parent === null || known.has(parent.name) ? [] : [unknown(parent)]));
  return [...problems.values(), ...parents, ...withoutLane(byDefault, known)];
}

function withoutLane(tasks: readonly TaskOutline[], known: ReadonlySet<string>): Problem[] {
  const [first] = tasks;
  if (first === undefined) return [];
  const others = tasks.length === 1 ? '' : ` (nor do ${tasks.length - 1} more)`;
  const message = `task ${quote(first.id)} names no workstream${others}, and there is no '${DEFAULT_WORKSTREAM}' among them`;
  return [problem(first.path, message, { allowed: listed(known) })];
}

function listed(names: ReadonlySet<string>): string {
  const all = [...names];
  return all.length <= 12 ? all.join(', ') : `${all.slice(0, 12).join(', ')} and ${all.length - 12} more`;
}
