import type { Clock } from '../../core/clock.ts';
import { mask } from '../../steps/github/mask.ts';
import { isNetworkTrouble } from '../../steps/github/network-trouble.ts';
import { NO_QUESTIONS } from '../../steps/github/no-questions.ts';
import { type ExecResult, exec, ToolError } from '../../steps/tools/exec.ts';
import { OUR_ENV } from '../../steps/tools/git-batch.ts';
import { Refusal } from '../refusal.ts';
import { cutTo } from '../text.ts';

/** Milliseconds for one command that talks to the remote. */
const TIMEOUT = 5 * 60_000;
/** Milliseconds before each further try, spread by half of it either way. */
const WAITS = [500, 2_000, 5_000];
const MAX_WORDS = 4_000;

const ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  ...OUR_ENV,
  // Git's words in English; the letters as they were, for hooks that read files.
  LC_ALL: undefined,
  LANG: process.env.LC_ALL || process.env.LANG,
  LC_MESSAGES: 'C',
  LANGUAGE: '',
  ...NO_QUESTIONS,
};

/** Git as it is run for an agent: in its worktree, with a remote that may be slow, fail, or say no. */
export class RemoteCommands {
  readonly remote: string;
  readonly #cwd: string;
  readonly #clock: Clock;

  constructor(options: { remote: string; cwd: string; clock: Clock }) {
    this.remote = options.remote;
    this.#cwd = options.cwd;
    this.#clock = options.clock;
  }

  /** Looks at the repository here; "no" and "no such thing" are answers. Throws `ToolError`. */
  async look(...args: string[]): Promise<ExecResult> {
    return await exec('git', args, { cwd: this.#cwd, env: ENVIRONMENT, accept: [1, 128, 129] });
  }

  /** Talks to the remote, again where the line fails. Exit code 1 is an answer. Throws `Refusal`. */
  async talk(args: readonly string[]): Promise<ExecResult> {
    for (let round = 0; ; round++) {
      try {
        return await exec('git', args, { cwd: this.#cwd, env: ENVIRONMENT, accept: [1], timeout: TIMEOUT });
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        const wait = WAITS[round];
        // Minutes that brought nothing are not worth as many again: agents have time limits of their own.
        if (error.timedOut || !isNetworkTrouble(error.stderr) || wait === undefined)
          throw this.#refusal(args[0] ?? '', error);
        await this.pause(wait);
      }
    }
  }

  async pause(milliseconds: number): Promise<void> {
    await this.#clock.sleep(milliseconds * (0.5 + this.#clock.random()));
  }

  #refusal(verb: string, error: ToolError): Refusal {
    const what = `nothing was signalled: git ${verb} with '${this.remote}'`;
    if (error.timedOut) {
      return new Refusal(1, `${what} was not done after 5 minutes. Run agentrelay-complete again.`);
    }
    const failed = `${what} failed:\n${wordsOf(error.stderr || error.message)}\n`;
    if (isNetworkTrouble(error.stderr)) return new Refusal(1, `${failed}Run agentrelay-complete again in a minute.`);
    return new Refusal(
      2,
      `${failed}That is for a person to mend: run agentrelay-failed with this message. Do not change remotes or ` +
        'credentials.',
    );
  }
}

/** What git and the server said, fit for a terminal and without secrets. */
export function wordsOf(output: string): string {
  const text = mask(output)
    .split('\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a server may say anything
    .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trimEnd())
    .filter((line) => line !== '')
    .map((line) => `  ${line}`)
    .join('\n');
  return cutTo(text, MAX_WORDS);
}
