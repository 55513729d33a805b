import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isFenced } from '../steps/fence.ts';
import { Refusal } from './refusal.ts';

/** The attempt that the environment names, as its own files describe it. */
export interface Attempt {
  /** Absolute. */
  readonly signalDir: string;
  readonly token: string;
  readonly task: string;
  readonly attempt: number;
  readonly branch: string;
  readonly integrationBranch: string;
}

const ADVICE =
  'These commands work only in the session that agentrelay started for a task, which has this in its environment. ' +
  'Run it there, and do not set or change AGENTRELAY_* variables.';

/** Throws `Refusal` (2) when the environment is not that of an attempt, or is that of another one. */
export function readAttempt(env: NodeJS.ProcessEnv = process.env): Attempt {
  const signalDir = variable(env, 'AGENTRELAY_SIGNAL_DIR');
  const token = variable(env, 'AGENTRELAY_TOKEN');
  const task = variable(env, 'AGENTRELAY_TASK');
  const attempt = Number(variable(env, 'AGENTRELAY_ATTEMPT'));
  if (!isAbsolute(signalDir)) {
    throw new Refusal(2, `AGENTRELAY_SIGNAL_DIR is '${signalDir}', which is not an absolute path. ${ADVICE}`);
  }
  const manifest = readManifest(signalDir);
  if (manifest.task !== task || manifest.attempt !== attempt) {
    throw new Refusal(
      2,
      `this session is attempt ${env.AGENTRELAY_ATTEMPT} of task '${task}', but ${signalDir} belongs to attempt ` +
        `${manifest.attempt} of task '${manifest.task}', which only its own agent may finish. ${ADVICE}`,
    );
  }
  requireNotFenced({ signalDir, task, attempt });
  return { signalDir, token, task, attempt, branch: manifest.branch, integrationBranch: manifest.integrationBranch };
}

/** Throws `Refusal` (1) when the attempt was given up while its agent could not be reached. */
export function requireNotFenced({ signalDir, task, attempt }: Pick<Attempt, 'signalDir' | 'task' | 'attempt'>): void {
  if (!isFenced(signalDir)) return;
  throw new Refusal(
    1,
    `attempt ${attempt} of task '${task}' is over: the place that this session runs in was lost, and the task is run ` +
      'again elsewhere. Nothing was written, and nothing that is done here counts any more. End your turn now.',
  );
}

/** The forge that the attempt's policies name. */
export function readForge(attempt: Attempt): string {
  const forge = field(readObject(attempt.signalDir, 'policies.json'), 'pr_policy', 'forge');
  if (typeof forge !== 'string') {
    throw new Refusal(2, `${join(attempt.signalDir, 'policies.json')} names no forge in pr_policy.forge. ${ADVICE}`);
  }
  return forge;
}

function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Refusal(2, `${name} is not set. ${ADVICE}`);
  // The token becomes a line of a file.
  if (/[\r\n]/.test(value)) throw new Refusal(2, `${name} has a line break in it. ${ADVICE}`);
  return value;
}

function readManifest(signalDir: string) {
  const manifest = readObject(signalDir, 'manifest.json');
  const task = field(manifest, 'task', 'id');
  const attempt = field(manifest, 'execution', 'attempt_num');
  const branch = field(manifest, 'workspace', 'branch_name');
  const integrationBranch = field(manifest, 'workspace', 'integration_branch');
  if (
    typeof task !== 'string' ||
    typeof attempt !== 'number' ||
    typeof branch !== 'string' ||
    typeof integrationBranch !== 'string'
  ) {
    throw new Refusal(2, `${join(signalDir, 'manifest.json')} lacks the task, the attempt or the branches. ${ADVICE}`);
  }
  return { task, attempt, branch, integrationBranch };
}

/** A JSON file of the attempt. Throws `Refusal` (2). */
export function readObject(signalDir: string, name: string): unknown {
  const path = join(signalDir, name);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Refusal(2, `cannot read ${path} (${(error as Error).message}). ${ADVICE}`);
  }
}

/** What lies under these names; undefined where one of them is missing. */
export function field(value: unknown, ...names: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of names) at = (at as Record<string, unknown> | null | undefined)?.[name];
  return at;
}
