import { UserError } from '../../core/errors.ts';
import type { Graph, GraphTask, Settings } from '../../core/graph/graph.ts';
import type { Extensions } from '../extensions.ts';
import { keysWithoutEffect } from '../not-yet.ts';
import { requireStandardSteps } from '../standard-steps.ts';
import { missingFiles } from '../surroundings/missing-files.ts';
import { findProgram } from '../tools/find-program.ts';
import type { Git } from '../tools/git.ts';
import { type Finding, findingOf, ok, warn } from './finding.ts';

export interface GraphChecks {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly extensions: Extensions;
  /** Where programs with a slash in their names are looked for; absolute. */
  readonly root: string;
}

/** Whether what the graph asks for is here. */
export function checkGraph({ graph, settings, extensions, root }: GraphChecks): Finding[] {
  const found: Finding[] = [];
  try {
    requireStandardSteps(graph, extensions);
  } catch (error) {
    found.push(findingOf('agents', error));
  }
  found.push(...agentFindings(graph, root), ...toolFindings(settings.tools, root));
  found.push(...missingFiles(graph, root).map((error) => findingOf('files', error)));
  const later = keysWithoutEffect(graph);
  if (later.length > 0) found.push(warn('keys', `without effect in this version: ${later.join(', ')}`, null));
  return found;
}

/** The programs of `framework: command`; those of other frameworks only they know. */
function agentFindings(graph: Graph, root: string): Finding[] {
  const users = new Map<string, string[]>();
  for (const { id, primaryAgent } of graph.tasks.filter(startsHere)) {
    const [program] = primaryAgent.command ?? [];
    // With a placeholder in its name nobody can tell yet.
    if (program !== undefined && !program.includes('{')) users.set(program, [...(users.get(program) ?? []), id]);
  }
  const missing = [...users].filter(([program]) => !isThere(program, root));
  if (missing.length === 0) return users.size === 0 ? [] : [ok('agents', [...users.keys()].join(', '))];
  return missing.map(([program, [task = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const detail = `there is no program ${program}, which task ${task}${more} runs`;
    return { level: 'fail', what: 'agents', detail, fix: `install ${program}, or name another one as command` };
  });
}

/** A container and another machine have their own. */
function startsHere({ primaryAgent }: GraphTask): boolean {
  return primaryAgent.isolation.sandbox !== 'oci' && primaryAgent.environment.type !== 'ssh';
}

function toolFindings(tools: readonly string[], root: string): Finding[] {
  const missing = tools.filter((tool) => !isThere(tool, root));
  if (missing.length === 0) return tools.length === 0 ? [] : [ok('tools', tools.join(', '))];
  return missing.map((tool) => {
    const detail = `${tool} is not installed, and the graph names it under tools`;
    return { level: 'fail', what: 'tools', detail, fix: `install ${tool}` };
  });
}

function isThere(program: string, root: string): boolean {
  return findProgram(program, root, process.env.PATH ?? '') !== null;
}

/** The branches that lanes are cut from and merged into, where git alone merges. */
export async function checkBranches(graph: Graph, git: Git): Promise<Finding[]> {
  const found: Finding[] = [];
  const there = new Set<string>();
  for (const { id, baseBranch, mergeTargetBranch } of graph.workstreams) {
    for (const [key, branch] of Object.entries({ base_branch: baseBranch, merge_target_branch: mergeTargetBranch })) {
      if ((await git.branch(branch)) !== null) there.add(branch);
      else if (key === 'base_branch' || branch !== baseBranch) {
        const hint = `git branch ${branch}, or name another branch in the graph file`;
        found.push(findingOf('branches', new UserError(`workstream ${id}: ${key} ${branch} does not exist`, { hint })));
      }
    }
  }
  return found.length > 0 ? found : [ok('branches', [...there].join(', '))];
}
