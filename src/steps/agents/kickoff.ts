import type { PromptEvidence } from '../../core/agent-events.ts';
import type { AttentionReport } from '../../core/attention.ts';
import { AgentLaunchError } from '../../core/errors.ts';
import type { KickedOff } from '../../core/steps.ts';
import { hasWords } from '../last-words.ts';
import { type AgentAccess, type Look, look } from './agent-access.ts';
import { deliver } from './deliver.ts';
import { DialogAnswers } from './dialogs.ts';
import { type Situation, situationOf } from './kickoff-situation.ts';
import { pause } from './pause.ts';
import { isSamePrompt, isShownIn } from './prompt-text.ts';

export interface KickoffOptions {
  readonly prompt: string;
  /** `argv`: the command line carries it already. */
  readonly kickoff: 'argv' | 'typed';
  readonly signal: AbortSignal;
  /** Throws when the agent has ended; true when it has signalled, and so has done its work already. */
  hasSignalled(): Promise<boolean>;
  /** A person is needed, or not any more. */
  tell(report: AttentionReport): void;
  answered(dialog: string, keys: readonly string[]): void;
}

/** Milliseconds without a person being needed. */
const LIMIT = 120_000;
/** What is between two looks: less just after something has changed. */
const SOON = 200;
const LATER = 1_000;

/** For which a program stands as it is before it is believed to mean it. */
const STANDS = {
  /** Some programs draw their first dialog twice, the second time with its first choice marked, and lose keys meanwhile. */
  dialog: 1_000,
  /** One that is ready, before the prompt is typed. */
  ready: 300,
  /** The prompt of the command line in the input: most programs submit it themselves a moment later. */
  unsent: 1_500,
  /** Work, or the prompt among what was said: where hooks or a transcript would tell, they are waited for. */
  shown: 800,
  shownBesideRecords: 5_000,
  /** Nothing at all of a prompt that it should have. */
  lost: 12_000,
};
const MAX_SUBMISSIONS = 3;
const PATIENCE = 3_000;

const SCREEN_LINES = 10;
const MAX_LINE = 200;

/** Sees to it that an agent takes its first prompt, once. Throws `AgentLaunchError` `kickoff_failed`. */
export class Kickoff {
  readonly #access: AgentAccess;
  readonly #options: KickoffOptions;
  readonly #dialogs: DialogAnswers;
  #situation: Situation = { kind: 'unclear', key: '' };
  /** Milliseconds since 1970. */
  #since: number;
  #submissions = 0;
  #needsPerson = false;
  /** It is the agent's own question that a person is needed for. */
  #isAgents = false;
  /** The prompt stood in the input, or the program worked: where it does not any more, the prompt was taken. */
  #stood = false;

  constructor(access: AgentAccess, options: KickoffOptions) {
    this.#access = access;
    this.#options = options;
    this.#dialogs = new DialogAnswers(access, options.answered);
    this.#since = access.clock.now();
  }

  async run(): Promise<KickedOff> {
    const { clock } = this.#access;
    let spent = 0;
    let shown: readonly string[] = [];
    for (let wait = SOON; ; ) {
      const began = clock.now();
      const seenBy = this.#told() ?? ((await this.#options.hasSignalled()) ? 'process' : null);
      if (seenBy !== null) return this.#taken(seenBy);
      const seen = await look(this.#access);
      if (seen !== null) {
        shown = seen.lines;
        const isNew = this.#note(seen);
        const proof = await this.#act(seen);
        if (proof !== null) return this.#taken(proof);
        wait = isNew ? SOON : Math.min(LATER, wait * 1.5);
      }
      if (spent >= LIMIT) throw this.#failed(shown);
      await pause(this.#access, wait, this.#options.signal);
      if (!this.#needsPerson) spent += Math.max(0, clock.now() - began);
    }
  }

  /** What hooks or the transcript have told. */
  #told(): PromptEvidence | null {
    const { monitor } = this.#access;
    monitor.look();
    return monitor.prompts.find(({ text }) => isSamePrompt(text, this.#options.prompt))?.source ?? null;
  }

  /** True when it is another situation than before. */
  #note(seen: Look): boolean {
    const situation = situationOf(seen, this.#options.prompt);
    const isNew = situation.kind !== this.#situation.kind || situation.key !== this.#situation.key;
    if (isNew) this.#since = this.#access.clock.now();
    this.#situation = situation;
    this.#stood ||= situation.kind === 'unsent' || (situation.kind === 'works' && this.#mayHaveIt);
    return isNew;
  }

  async #act(seen: Look): Promise<PromptEvidence | null> {
    const { kind } = this.#situation;
    const stands = this.#access.clock.now() - this.#since;
    const dialog = this.#dialogs.mine(seen);
    if (dialog !== null) {
      if (stands < STANDS.dialog) return null;
      await this.#access.terminal.exclusively(() => this.#dialogs.answer(dialog, this.#options.signal));
      return null;
    }
    // A limit or a question may be what came of the prompt, and may have been there before; a person sees to either.
    this.#isAgents = kind === 'asks' && isAgents(seen);
    const asks = kind === 'asks' && (this.#needsPerson || stands >= STANDS.dialog);
    const { report } = seen.reading;
    // What has no prompt yet is not parked, whatever the limit says of its end.
    const told = kind === 'limited' && report !== null ? { ...report, until: null } : report;
    this.#personNeeded(asks || (kind === 'limited' && !this.#mayHaveIt), told);
    switch (kind) {
      case 'asks':
        return this.#isAgents && this.#isSentOrShown(seen) && stands >= this.#proofTime ? 'screen' : null;
      case 'works':
      case 'limited':
        return this.#mayHaveIt && stands >= this.#proofTime ? 'screen' : null;
      case 'unsent':
        return this.#submissions > 0 || stands >= STANDS.unsent ? await this.#deliver() : null;
      case 'ready':
        return await this.#beginOrProve(seen, stands);
      default:
        return null;
    }
  }

  /** The input is empty, and the program waits for something in it. */
  async #beginOrProve(seen: Look, stands: number): Promise<PromptEvidence | null> {
    if (this.#stood || this.#isSentOrShown(seen)) return stands >= this.#proofTime ? 'screen' : null;
    const { prompt, kickoff } = this.#options;
    const isFirst = kickoff === 'typed' && this.#access.unsent === null;
    if (stands < (isFirst ? STANDS.ready : STANDS.lost)) return null;
    // It may have gone out of sight.
    return (await this.#access.shows(prompt)) ? 'screen' : await this.#deliver();
  }

  /** What stood in the input when we, or an earlier owner, pressed, and is not there any more; or what was said. */
  #isSentOrShown(seen: Look): boolean {
    const { prompt } = this.#options;
    return this.#access.sent.has(prompt) || isShownIn(seen.lines, prompt);
  }

  async #deliver(): Promise<PromptEvidence | null> {
    const { prompt, signal } = this.#options;
    const presses = MAX_SUBMISSIONS - this.#submissions;
    if (presses <= 0) return null;
    const options = { signal, presses, dialogs: this.#dialogs, patience: PATIENCE };
    const delivered = await deliver(this.#access, prompt, options);
    this.#submissions += delivered.presses;
    // What it shows now is another matter than what it showed before.
    this.#since = this.#access.clock.now();
    return delivered.by;
  }

  /** The prompt was handed over, so that whatever the program does may come of it. */
  get #mayHaveIt(): boolean {
    return this.#options.kickoff === 'argv' || this.#access.sent.has(this.#options.prompt);
  }

  get #proofTime(): number {
    return this.#access.keepsRecords ? STANDS.shownBesideRecords : STANDS.shown;
  }

  #personNeeded(needed: boolean, report: AttentionReport | null): void {
    const wasNeeded = this.#needsPerson;
    this.#needsPerson = needed;
    if (needed && report !== null) this.#options.tell(report);
    if (wasNeeded && !needed) this.#options.tell(WORKING);
  }

  #taken(seenBy: PromptEvidence): KickedOff {
    // What the agent asks it still asks.
    if (!this.#isAgents) this.#personNeeded(false, null);
    return { seenBy, tries: Math.max(1, this.#submissions + (this.#options.kickoff === 'argv' ? 1 : 0)) };
  }

  #failed(shown: readonly string[]): AgentLaunchError {
    const lines = shown.filter(hasWords).slice(-SCREEN_LINES);
    const screen = lines.map((line) => line.trim().slice(0, MAX_LINE)).join(' ⏎ ');
    const what = `the agent was not seen to take its prompt within ${LIMIT / 1000} s`;
    return new AgentLaunchError('kickoff_failed', `${what}; its screen: ${screen === '' ? 'empty' : screen}`);
  }
}

/** It is the agent that asks, and not its program before the work. */
function isAgents({ reading: { dialog, report } }: Look): boolean {
  return dialog === null && (report?.state === 'waiting_permission' || report?.state === 'waiting_input');
}

const WORKING: AttentionReport = { state: 'working', question: null, choices: [], until: null };
