import { aiderUsage } from './aider-history.ts';
import type { HeadlessStream, Told } from './framework.ts';
import { plainStream } from './plain-stream.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { actionWords, shownLines } from './stream-words.ts';

/** What ends its turn, since its model cannot be asked. */
const FAILED =
  /^(?:litellm\.\w*(?:Error|Exception)\b|The API provider (?:is not able to authenticate you|has rate limited you)|No LLM model was specified and no API keys were provided)/u;

/** It tries again by itself, or was started again. */
const GOES_ON = /^(?:Retrying in [\d.]+ seconds|Aider v\d)/u;

/** `aider --message …` prints words: an end of its turn is not among them, nor is what was the last that its model said. */
export const aiderStream: HeadlessStream = {
  reader() {
    let count = 0;
    /** What was said of it is not over with the next words. */
    let hasFailed = false;
    return (line, at = Date.now()): Told | null => {
      const [words] = shownLines(line);
      if (words === undefined) return null;
      const usage = aiderUsage(words, `tokens ${count + 1}`);
      if (usage !== null) count += 1;
      const failed = FAILED.test(words) ? providerReport({ message: words, status: null }, at) : null;
      hasFailed = failed !== null || (hasFailed && usage === null && !GOES_ON.test(words));
      const action = actionIn(words);
      const state = failed ?? (hasFailed ? null : report('working'));
      return {
        at,
        ...(state === null ? {} : { report: state }),
        ...(action === '' ? {} : { action }),
        ...(usage === null ? {} : { usage }),
      };
    };
  },
  show: plainStream.show,
};

function actionIn(words: string): string {
  const [, file] = /^Applied edit to (.+)$/u.exec(words) ?? [];
  if (file !== undefined) return actionWords(`Edit ${file}`);
  const [, command] = /^Running (.+)$/u.exec(words) ?? [];
  return command === undefined ? '' : actionWords(`Shell ${command}`);
}
