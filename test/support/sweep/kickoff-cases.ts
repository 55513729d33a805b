import type { StandInScript, StartScript } from '../agents/script.ts';
import { between, randomFrom } from './random.ts';

/** One kickoff: which program, and what it puts in the way of its prompt. */
export interface KickoffTrial {
  readonly framework: string;
  readonly script: StandInScript;
  /** For people. */
  readonly obstacles: readonly string[];
}

/** Dialogs that need no person where approvals are skipped. Gemini takes its prompt twice around its own: it is never shown. */
const DIALOGS: Readonly<Record<string, readonly string[]>> = {
  claude_code: ['trust', 'warning'],
  codex: ['trust', 'hooks', 'update'],
  copilot: ['trust'],
  aider: ['docs'],
  cursor: ['trust'],
};

/** The same for the same seed. */
export function kickoffTrial(number: number, seed: number, frameworks: readonly string[]): KickoffTrial {
  const random = randomFrom(seed * 100_003 + number);
  const happens = (chance: number) => random() < chance;
  const framework = frameworks[between(random, 0, frameworks.length - 1)] ?? 'claude_code';
  const dialogs = (DIALOGS[framework] ?? []).filter(() => happens(0.4));
  const delayMs = happens(0.6) ? between(random, 0, 6_000) : 0;
  const promptNotSubmitted = happens(0.4);
  const swallowEnters = promptNotSubmitted && happens(0.5) ? between(random, 1, 2) : 0;
  const firstEnterIsNewline = promptNotSubmitted && swallowEnters < 2 && happens(0.3);
  const start: StartScript = {
    delayMs,
    dialogs: dialogs.map((name) => ({ name, always: true })),
    dialogGapMs: between(random, 0, 800),
    promptNotSubmitted,
    swallowEnters,
    firstEnterIsNewline,
    ...(happens(0.3) ? { enterAfterPasteMs: between(random, 50, 250) } : {}),
  };
  const work = happens(0.3) ? 0 : between(random, 50, 3_000);
  const obstacles = [
    ...(delayMs > 0 ? [`${delayMs} ms late`] : []),
    ...dialogs.map((name) => `dialog ${name}`),
    ...(promptNotSubmitted ? ['prompt left in its input'] : []),
    ...(swallowEnters > 0 ? [`swallows ${swallowEnters}`] : []),
    ...(firstEnterIsNewline ? ['first Enter a line break'] : []),
  ];
  return { framework, script: { start, turns: [[{ work }, { say: 'done' }]] }, obstacles };
}
