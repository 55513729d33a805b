/** The validated graph: every default applied, every inheritance resolved, nothing left to check. */

export type TaskRole = 'generic' | 'spec_writer' | 'test_writer' | 'test_reviewer' | 'implementer';
export type AdrVerbosity = 'none' | 'standard' | 'detailed' | 'educational';
export type Sandbox = 'none' | 'bwrap' | 'oci';
export type TokenTier = 'read_only' | 'standard' | 'elevated';
export type Approvals = 'ask' | 'skip';
export type MergeMethod = 'merge' | 'squash';
export type ForgeName = 'gh' | 'local';
export type TearDownMode = 'always' | 'never' | 'on_success';

/** A shell line (run by `sh -c`) or an argv list (run without a shell). */
export type Command = string | readonly string[];

export interface TaggedPath {
  readonly path: string;
  /** `src`, `test`, `spec`, or a category of the user's own. */
  readonly category: string;
}

export interface InputSource {
  readonly task: string;
  /** Null takes every file that the task declared. */
  readonly category: string | null;
}

export interface Isolation {
  readonly sandbox: Sandbox;
  readonly tokenTier: TokenTier;
  readonly image: string | null;
  readonly runtime: 'docker' | 'podman' | null;
  readonly network: boolean;
  readonly cpus: number | null;
  readonly memory: string | null;
  readonly mounts: readonly string[];
}

/** Where an agent runs. `type` picks the entry of the environments table; the other keys are that entry's own. */
export interface AgentEnvironment {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface AgentConfig {
  readonly framework: string;
  readonly model: string | null;
  readonly adrVerbosity: AdrVerbosity;
  readonly environment: AgentEnvironment;
  readonly isolation: Isolation;
  /** The entry of the credentials file that it uses; null for none. */
  readonly anthropicCredential: string | null;
  /** The argv of `framework: command`; null for presets. */
  readonly command: readonly string[] | null;
}

export interface Review {
  readonly agent: AgentConfig;
  /** The first attempt (from 1) that is reviewed. */
  readonly reviewOnAttempt: number;
}

export interface GraphTask {
  readonly id: string;
  readonly role: TaskRole;
  readonly description: string | null;
  readonly dependencies: readonly string[];
  readonly paths: readonly TaggedPath[];
  readonly inputsFrom: readonly InputSource[];
  readonly completionGate: Command | null;
  readonly maxGateAttempts: number;
  readonly primaryAgent: AgentConfig;
  /** Where the task's gate and commands run; the agent's own is in `primaryAgent`. */
  readonly isolation: Isolation;
  readonly review: Review | null;
  readonly workstreamId: string;
  readonly approvals: Approvals;
  /** Milliseconds from the first prompt; null waits for ever. */
  readonly timeoutMs: number | null;
  readonly stallAfterMs: number | null;
  /** Of all attempts since a person last asked for one; so are the tokens. */
  readonly maxCostUsd: number | null;
  readonly maxTokens: number | null;
  readonly maxCheckFixes: number;
  readonly setup: readonly Command[];
  readonly verify: readonly Command[];
  readonly cleanup: readonly Command[];
  readonly copy: readonly string[];
  readonly link: readonly string[];
}

export interface Workstream {
  readonly id: string;
  readonly parentWorkstreamId: string | null;
  readonly baseBranch: string;
  readonly mergeTargetBranch: string;
  readonly autoMerge: boolean;
  readonly parallel: boolean;
  readonly isolation: Isolation;
  /** Of the tasks of this lane that name none. */
  readonly anthropicCredential: string | null;
}

/** What all of a run may use; null for as much as it takes. */
export interface RunBudget {
  readonly maxCostUsd: number | null;
  readonly maxTokens: number | null;
  /** While an owner is there. */
  readonly timeoutMs: number | null;
}

/** The settings of a run. A graph file gives some of them; the command line, the user's config and defaults the rest. */
export interface Settings {
  readonly maxConcurrency: number;
  readonly maxTaskAttempts: number;
  readonly teardownMode: TearDownMode;
  readonly keepPanes: boolean;
  readonly failFastOnWorkstreamError: boolean;
  readonly failFastOnInternalError: boolean;
  readonly tmuxSession: string;
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly anthropicCredential: string | null;
  readonly mergeMethod: MergeMethod;
  /** Live agents at once by framework or model name. */
  readonly caps: Readonly<Record<string, number>>;
  /** A command run when a person is newly needed; null for none. */
  readonly notify: Command | null;
  readonly forge: ForgeName | null;
  readonly budget: RunBudget | null;
  /** What the command line says of every agent, whatever the graph says; null where it says nothing. */
  readonly environment: string | null;
  readonly sandbox: Sandbox | null;
  /** The credentials file; absolute. */
  readonly credentials: string | null;
}

export const DEFAULT_SETTINGS: Settings = {
  maxConcurrency: 1,
  maxTaskAttempts: 1,
  teardownMode: 'always',
  keepPanes: false,
  failFastOnWorkstreamError: false,
  failFastOnInternalError: true,
  tmuxSession: 'agentrelay',
  model: null,
  tools: [],
  anthropicCredential: null,
  mergeMethod: 'merge',
  caps: {},
  notify: null,
  forge: null,
  budget: null,
  environment: null,
  sandbox: null,
  credentials: null,
};

export interface Graph {
  readonly name: string;
  /** Only what the graph file itself sets. */
  readonly settings: Partial<Settings>;
  /** In file order. */
  readonly tasks: readonly GraphTask[];
  readonly taskById: ReadonlyMap<string, GraphTask>;
  /** In file order; holds `default` when the file names none. */
  readonly workstreams: readonly Workstream[];
  readonly workstreamById: ReadonlyMap<string, Workstream>;
}
