import type { RedCheck } from './proofs.ts';
import type { GateResult } from './steps.ts';

/** What a live agent is told when its work comes back. One line each: some programs submit at a line break. */

export function gatePrompt(result: GateResult, round: number, of: number): string {
  const exit = result.exitCode === null ? 'did not finish' : `exited with ${result.exitCode}`;
  return (
    `agentrelay: the completion gate ${exit} (round ${round} of ${of}). ` +
    `Read its output in ${result.outputFile}, mend the cause, commit, and run agentrelay-complete again.`
  );
}

/** Told apart by its round, so that the same files twice are two prompts to whoever looks for one on a screen. */
export function conflictPrompt(files: readonly string[], integrationBranch: string, round: number, of: number): string {
  return (
    `agentrelay: your branch no longer merges into ${integrationBranch} (round ${round} of ${of}); ` +
    `conflicts in: ${files.map(plain).join(', ')}. ` +
    `Run "git merge ${integrationBranch}", resolve them, commit, and run agentrelay-complete again.`
  );
}

export function checksPrompt(checks: readonly RedCheck[], round: number, of: number): string {
  const names = checks.map(({ name, url }) => (url === null ? plain(name) : `${plain(name)} (${plain(url)})`));
  return (
    `agentrelay: required checks of your pull request are red (round ${round} of ${of}): ${names.join(', ')}. ` +
    'Read what they say, mend the cause, commit, and run agentrelay-complete again.'
  );
}

/** After a usage limit, for a program that does not go on by itself. */
export function limitOverPrompt(): string {
  return 'agentrelay: your usage limit is over. Go on with your task where you stopped.';
}

/** A file name with a control character in it is quoted: raw, it could submit the prompt half-way. */
export function plain(file: string): string {
  return /\p{Cc}/u.test(file) ? JSON.stringify(file) : file;
}
