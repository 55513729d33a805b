/** What a framework's command line is made from. */
export interface AgentInvocation {
  /** The first prompt: short, on one line. */
  readonly prompt: string;
  /** `instructions.md` of the attempt; absolute. */
  readonly instructions: string;
  readonly model: string | null;
  readonly task: string;
  readonly attempt: number;
  /** The argv that the graph file gives; only `framework: command` has one. */
  readonly command: readonly string[] | null;
}

/** One kind of agent program. */
export interface FrameworkPreset {
  readonly name: string;
  /** The program and its arguments; run without a shell. */
  argv(invocation: AgentInvocation): readonly string[];
  /** Added to the agent's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Taken out of it. */
  readonly unset?: readonly string[];
  /** How the first prompt reaches the agent: `argv` carries it already. */
  readonly kickoff: 'argv';
}

export function firstPrompt(instructions: string): string {
  return `Read ${instructions} and follow it.`;
}
