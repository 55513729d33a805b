import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AgentConfig, GraphTask } from '../../../src/core/graph/graph.ts';
import { LOCAL_FORGE } from '../../../src/steps/forges/forge.ts';
import type { AttemptFilesInput } from '../../../src/steps/instructions/briefing.ts';

const isolation = {
  sandbox: 'none',
  tokenTier: 'standard',
  image: null,
  runtime: null,
  network: true,
  cpus: null,
  memory: null,
  mounts: [],
} as const;

export const AGENT: AgentConfig = {
  framework: 'claude_code',
  model: null,
  adrVerbosity: 'none',
  environment: { type: 'tmux' },
  isolation,
  anthropicCredential: null,
  command: null,
};

export function graphTask(id: string, given: Partial<GraphTask> = {}): GraphTask {
  return {
    id,
    role: 'generic',
    description: null,
    dependencies: [],
    paths: [],
    inputsFrom: [],
    completionGate: null,
    maxGateAttempts: 5,
    primaryAgent: AGENT,
    isolation,
    review: null,
    workstreamId: 'default',
    approvals: 'skip',
    timeoutMs: null,
    stallAfterMs: null,
    maxCostUsd: null,
    maxTokens: null,
    maxCheckFixes: 2,
    setup: [],
    verify: [],
    cleanup: [],
    copy: [],
    link: [],
    ...given,
  };
}

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-files-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Where the attempt of each task lies, relative to the repository. */
export function signalDirOf(task: string, attempt = 1): string {
  return `.workflow/demo/runs/1/signals/${task}/attempt-${attempt}`;
}

/** Writes files of another attempt. */
export function leave(repository: string, signalDir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(repository, signalDir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

type Given = Partial<Omit<AttemptFilesInput, 'runtime'>> & Partial<AttemptFilesInput['runtime']>;

/** The first attempt of `task` in `repository`. */
export function filesInput(repository: string, task: GraphTask, given: Given = {}): AttemptFilesInput {
  const attempt = given.attempt ?? 1;
  return {
    runtime: {
      task,
      run: 1,
      attempt,
      note: given.note ?? null,
      dependencies: given.dependencies ?? [],
      earlierAttempts: given.earlierAttempts ?? [],
      signalDirOf: given.signalDirOf ?? ((id) => signalDirOf(id)),
    },
    graphName: 'demo',
    forge: given.forge ?? LOCAL_FORGE,
    tools: given.tools ?? [],
    branch: `agentrelay/demo/${task.id}`,
    integrationBranch: 'agentrelay/demo/ws/default',
    worktree: join(repository, '.worktrees/demo/default'),
    repository,
    signalDir: join(repository, signalDirOf(task.id, attempt)),
    commandsDirectory: given.commandsDirectory ?? join(repository, '.workflow/demo/runs/1/bin'),
  };
}
