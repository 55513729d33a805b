import { type Headless, type Printer, printLine, type Spent, TOOL_USAGE } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';

/** `codex exec --json` and `codex exec resume --json`. */
export const CODEX_HEADLESS: Headless = {
  help: `
Usage: codex exec [OPTIONS] [PROMPT]
  resume  Resume a previous session by id or pick the most recent with --last
      --json
          Print events to stdout as JSONL
      --skip-git-repo-check
          Allow running Codex outside a Git repository
      --ephemeral
          Run without persisting session files to disk
  -o, --output-last-message <FILE>
          Specifies file where the last message from the agent should be written
`,
  applies: (argv) => argv[0] === 'exec' || argv[0] === 'e',
  readsInput: true,
  allows: ({ args }) => ['--dangerously-bypass-approvals-and-sandbox', '--yolo'].some((flag) => args.flags.has(flag)),
  printer: codexPrinter,
};

function codexPrinter(session: Session, spent: Spent): Printer {
  let items = 0;
  let trouble: Trouble | null = null;
  let id = '';
  const item = (event: 'started' | 'completed', data: object) =>
    printLine({ type: `item.${event}`, item: { id, ...data } });
  const next = () => {
    id = `item_${items}`;
    items += 1;
  };
  const words = (text: string) => {
    next();
    item('completed', { type: 'agent_message', text });
  };
  return {
    begun() {
      printLine({ type: 'thread.started', thread_id: session.id });
    },
    prompted() {
      printLine({ type: 'turn.started' });
    },
    said(text, usage) {
      spent.spend(usage);
      words(text);
    },
    used(usage) {
      spent.spend(usage);
    },
    toolAsked(tool) {
      spent.spend(TOOL_USAGE);
      next();
      if (tool.kind === 'shell') item('started', commandOf(tool, '', null, 'in_progress'));
    },
    toolDone(tool, output) {
      if (tool.kind === 'shell') item('completed', commandOf(tool, output, 0, 'completed'));
      else item('completed', { type: 'file_change', changes: [{ path: tool.text, kind: 'add' }], status: 'completed' });
    },
    denied(tool) {
      if (tool.kind === 'shell') item('completed', commandOf(tool, 'rejected: blocked by policy', -1, 'declined'));
      else item('completed', { type: 'error', message: `${tool.text}: rejected: blocked by policy` });
    },
    printed(lines) {
      for (let at = 0; at < lines.length; at += 100) words(lines.slice(at, at + 100).join('\n'));
    },
    troubled(what) {
      trouble = what;
      printLine({ type: 'error', message: what.text });
    },
    ended() {
      if (trouble !== null) {
        printLine({ type: 'turn.failed', error: { message: trouble.text } });
        return 1;
      }
      const { input, output, cacheRead, cacheWrite } = spent.total();
      // All of the session, and what came from the cache among what went in.
      const tokens = { cached_input_tokens: cacheRead, cache_write_input_tokens: cacheWrite, output_tokens: output };
      const usage = { input_tokens: input + cacheRead + cacheWrite, ...tokens, reasoning_output_tokens: 0 };
      printLine({ type: 'turn.completed', usage });
      return 0;
    },
  };
}

function commandOf({ text }: ToolUse, aggregated_output: string, exit_code: number | null, status: string): object {
  const command = text.includes("'") ? JSON.stringify(text) : `'${text}'`;
  return { type: 'command_execution', command: `/bin/bash -lc ${command}`, aggregated_output, exit_code, status };
}
