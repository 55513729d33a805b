import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TaggedPath } from '../core/graph/graph.ts';
import { type AttemptFilesInput, type Briefing, makeBriefing } from './instructions/briefing.ts';
import { renderContext } from './instructions/context.ts';
import { renderInstructions } from './instructions/instructions.ts';
import { ensureFile, makeFolder } from './tools/atomic-file.ts';

/**
 * Writes what the attempt's agent works from: `manifest.json`, `policies.json`, `instructions.md`, and `context.md`
 * where there is something to say. The same input gives the same bytes, and files that are right are left alone.
 */
export function writeAttemptFiles(input: AttemptFilesInput): void {
  const briefing = makeBriefing(input);
  makeFolder(input.signalDir);
  const context = renderContext(briefing);
  if (context === null) rmSync(join(input.signalDir, 'context.md'), { force: true });
  else ensureFile(join(input.signalDir, 'context.md'), context);
  ensureFile(join(input.signalDir, 'policies.json'), json(policies(briefing)));
  ensureFile(join(input.signalDir, 'manifest.json'), json(manifest(briefing)));
  ensureFile(join(input.signalDir, 'instructions.md'), renderInstructions(briefing, { hasContext: context !== null }));
}

function manifest({ task, attempt, input, inputs, dependencies }: Briefing): unknown {
  return {
    schema_version: '1',
    task: { id: task.id, role: task.role, description: task.description },
    paths: pathsByCategory(task.paths),
    workspace: { branch_name: input.branch, integration_branch: input.integrationBranch },
    execution: { attempt_num: attempt, graph_name: input.graphName },
    dependencies: Object.fromEntries(dependencies.map(({ id, description }) => [id, { description }])),
    input_files: inputs.files.map(({ path, category, sourceTask }) => ({ path, category, source_task: sourceTask })),
  };
}

function policies({ task, input }: Briefing): unknown {
  const { adrVerbosity } = task.primaryAgent;
  const { review } = task;
  return {
    schema_version: '1',
    commit_policy: { branch: input.branch, clean_tree: true },
    pr_policy: { ...forgePolicy(input.forge), base: input.integrationBranch, title: pullRequestTitle(task) },
    completion_gate:
      task.completionGate === null ? null : { command: task.completionGate, max_attempts: task.maxGateAttempts },
    review:
      review === null
        ? null
        : {
            review_on_attempt: review.reviewOnAttempt,
            agent: { framework: review.agent.framework, model: review.agent.model },
          },
    adr: adrVerbosity === 'none' ? null : { verbosity: adrVerbosity },
    verification: task.verify.length === 0 ? null : { commands: task.verify },
  };
}

/** What `agentrelay-complete` needs to know to hand the branch over. */
function forgePolicy(forge: Briefing['input']['forge']): object {
  if (forge.name === 'local') return { forge: forge.name };
  const { name, remote, repository, cacheFolder } = forge;
  const { host, owner, name: repositoryName } = repository;
  return { forge: name, remote, repository: { host, owner, name: repositoryName }, cache: cacheFolder };
}

function pullRequestTitle({ id, description }: Briefing['task']): string {
  const line = description?.trim().split('\n')[0]?.trim() ?? '';
  const short = line.length > 72 ? `${line.slice(0, 72).replace(/\s+\S*$/, '')}…` : line;
  return short === '' ? id : `${id}: ${short}`;
}

function pathsByCategory(paths: readonly TaggedPath[]): Record<string, string[]> {
  const groups = Map.groupBy(paths, ({ category }) => category);
  return Object.fromEntries([...groups].map(([category, tagged]) => [category, tagged.map(({ path }) => path)]));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
