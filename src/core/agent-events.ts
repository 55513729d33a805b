import type { SendResult } from './agent-handle.ts';
import type { AttentionReport, LiveAttention } from './attention.ts';

interface OfTask {
  readonly task: string;
  readonly attempt: number;
}

type OfAgent = OfTask & Partial<Omit<AttentionReport, 'state'>>;

/** What showed that an agent took its first prompt: that its program runs, a hook, its transcript, its screen. */
export type PromptEvidence = 'process' | 'hook' | 'transcript' | 'screen';

/** A command of the graph file that is run around an attempt. */
export type SetupPhase = 'setup' | 'verify' | 'cleanup';

/** What can run out. */
export type BudgetKind = 'cost_usd' | 'tokens' | 'seconds';

/** What an attempt has used up to now, all of it, as far as its program tells. */
export interface UsageTold {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  /** Null where the program does not tell. */
  readonly cost_usd: number | null;
  readonly model: string | null;
}

/** `queued`: the engine of a cluster has not begun it; `unreachable`: nobody knows, and it may go on there. */
export type PlaceStatus = 'queued' | 'running' | 'unreachable';

/** What is known of the place of an agent. */
export interface PlaceTold {
  readonly state: PlaceStatus;
  /** The engine's own words, such as why it waits; null where it has none. */
  readonly reason: string | null;
  /** Where its agent is found, where that is known only now; the address of its launch where left out. */
  readonly agent?: string;
}

/** Facts about the agent of an attempt, and about what surrounds it. */
export type AgentFact =
  | (OfTask & {
      readonly kind: 'task_waiting';
      readonly seen_by?: PromptEvidence;
      /** How often the prompt was submitted. */
      readonly tries?: number;
    })
  /** A dialog of the program was answered without a person. */
  | (OfTask & { readonly kind: 'task_dialog_answered'; readonly dialog: string; readonly keys: readonly string[] })
  /** The program's own name of its session, and where its transcript is (absolute). */
  | (OfTask & { readonly kind: 'task_session'; readonly session: string; readonly transcript: string | null })
  /** Somebody wrote to the agent. */
  | (OfTask & {
      readonly kind: 'task_prompted';
      readonly result: SendResult;
      /** The request that it was done for. */
      readonly request?: number;
    })
  /** It ended its turn without a signal, and was told what is missing. */
  | (OfTask & { readonly kind: 'task_nudged'; readonly result: SendResult; readonly missing: readonly string[] })
  /** It may do nothing before `until`: its slot is for others meanwhile. */
  | (OfTask & { readonly kind: 'task_parked'; readonly until: string })
  | (OfTask & { readonly kind: 'task_unparked'; readonly cause: 'time' | 'signal' | 'agent' })
  | (OfTask & UsageTold & { readonly kind: 'task_usage' })
  | (OfTask & PlaceTold & { readonly kind: 'task_place_changed' })
  | (OfTask & {
      readonly kind: 'task_command_started';
      readonly phase: SetupPhase;
      readonly number: number;
      readonly of: number;
      readonly command: string;
    })
  | (OfTask & {
      readonly kind: 'task_command_ended';
      readonly phase: SetupPhase;
      readonly number: number;
      /** Null when a time limit or a signal ended it. */
      readonly exit_code: number | null;
      /** The file that keeps what it printed; absolute. */
      readonly output: string;
    })
  | (OfTask & {
      readonly kind: 'agent_exited';
      /** Null when the agent is gone and left no code. */
      readonly exit_code?: number | null;
    })
  /** What is known of it contradicts itself: nobody guesses. */
  | (OfTask & { readonly kind: 'agent_unknown'; readonly evidence: readonly string[] })
  | (OfAgent & { readonly kind: `agent_${LiveAttention}` });

/** What the run may use; null for as much as it takes. */
export interface RunBounds {
  readonly max_cost_usd: number | null;
  readonly max_tokens: number | null;
  /** Seconds. */
  readonly timeout: number | null;
}

/** So much of a budget is gone: told once at 80 and once at 100 percent. */
export interface BudgetReached {
  readonly scope: 'task' | 'run';
  /** Null for the run's. */
  readonly task: string | null;
  readonly budget: BudgetKind;
  readonly percent: 80 | 100;
  readonly spent: number;
  readonly limit: number;
}
