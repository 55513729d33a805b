import { type Headless, type Printer, printLine, type Spent } from '../headless.ts';
import type { Session, ToolUse } from '../personality.ts';
import type { Usage } from '../script.ts';
import { AIDER_VERSION } from './help.ts';

/** `aider --message …`, where it has no terminal. */
export const AIDER_HEADLESS: Headless = {
  applies: (argv) =>
    !process.stdout.isTTY && argv.some((word) => /^(?:-m|--message|--msg|--message-file)(?:=|$)/.test(word)),
  // What it is not asked has the answer that is proposed, where its input is at its end.
  allows: ({ args }, tool) => !args.flags.has('--yes-always') || tool.kind === 'edit',
  printer: aiderPrinter,
};

function thousands(tokens: number): string {
  return tokens < 1_000 ? String(tokens) : `${(tokens / 1_000).toFixed(1)}k`;
}

function aiderPrinter({ args }: Session, spent: Spent): Printer {
  const tokens = (usage: Usage) => {
    const { input, output, cacheRead, cacheWrite, costUsd } = spent.spend(usage);
    const sent = thousands(input + cacheRead + cacheWrite);
    const cached = `${thousands(cacheWrite)} cache write, ${thousands(cacheRead)} cache hit`;
    const cost = `Cost: $${costUsd.toFixed(4)} message, $${spent.own().costUsd.toFixed(4)} session.`;
    printLine(`\nTokens: ${sent} sent, ${cached}, ${thousands(output)} received. ${cost}`);
  };
  const asked = ({ kind, text }: ToolUse) =>
    kind === 'shell' ? `${text}\nRun shell command?` : `${text}\nAllow creation of new file?`;
  return {
    begun() {
      printLine(`Aider v${AIDER_VERSION}`);
      printLine(`Main model: ${args.flags.get('--model')?.at(-1) ?? 'gpt-5'} with diff edit format`);
      printLine('Git repo: .git with 12 files');
      printLine('Repo-map: using 4096 tokens, auto refresh');
    },
    prompted() {
      printLine('');
    },
    said(text, usage) {
      printLine(text);
      tokens(usage);
    },
    used: tokens,
    toolAsked() {},
    toolDone(tool, output) {
      if (tool.kind === 'edit') printLine(`Applied edit to ${tool.text}\nCommit 1234abc feat: add it`);
      else printLine(`Running ${tool.text}\n${output}`);
    },
    denied(tool) {
      printLine(`${asked(tool)} (Y)es/(N)o/(D)on't ask again [Yes]: n`);
    },
    printed(lines) {
      for (const line of lines) printLine(line);
    },
    troubled({ text }) {
      printLine(text);
    },
    // Of what has gone wrong its exit code says nothing.
    ended: () => 0,
  };
}
