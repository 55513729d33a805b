import { type Headless, type Printer, printLine, type Spent, TOOL_USAGE } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';

const MODEL = 'gemini-2.5-flash';
const TOOL_NAMES = { shell: 'run_shell_command', edit: 'write_file', question: 'ask_user' } as const;

/** `gemini --prompt … --output-format stream-json`. */
export const GEMINI_HEADLESS: Headless = {
  applies: (argv) => argv.some((word) => /^(?:-p|--prompt)(?:=|$)/.test(word)),
  printer: geminiPrinter,
};

function geminiPrinter(session: Session, spent: Spent): Printer {
  let trouble: Trouble | null = null;
  const line = (type: string, data: object) => printLine({ type, timestamp: new Date().toISOString(), ...data });
  const words = (content: string) => line('message', { role: 'assistant', content, delta: true });
  return {
    begun() {
      line('init', { session_id: session.id, model: 'auto' });
    },
    prompted(text) {
      line('message', { role: 'user', content: text });
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
      line('tool_use', { tool_name: TOOL_NAMES[tool.kind], tool_id: tool.id, parameters: parametersOf(tool) });
    },
    toolDone(tool, output) {
      line('tool_result', { tool_id: tool.id, status: 'success', output });
    },
    denied(tool) {
      const message = `Tool "${TOOL_NAMES[tool.kind]}" not found.`;
      const error = { type: 'tool_not_registered', message };
      line('tool_result', { tool_id: tool.id, status: 'error', output: message, error });
    },
    printed(lines) {
      for (let at = 0; at < lines.length; at += 100) words(lines.slice(at, at + 100).join('\n'));
    },
    troubled(what) {
      trouble = what;
    },
    ended() {
      const { input, output, cacheRead, cacheWrite } = spent.own();
      const whole = input + cacheRead + cacheWrite;
      const stats = {
        ...{ total_tokens: whole + output, input_tokens: whole, output_tokens: output, cached: cacheRead },
        input: whole - cacheRead,
        ...{ duration_ms: 1, tool_calls: 0, models: { [MODEL]: { total_tokens: whole + output } } },
      };
      if (trouble === null) line('result', { status: 'success', stats });
      else
        line('result', { status: 'error', error: { type: 'unknown', message: `[API Error: ${trouble.text}]` }, stats });
      // Of the status of HTTP, as much as fits.
      return trouble === null ? 0 : { limit: 173, login: 145, error: 1 }[trouble.kind];
    },
  };
}

function parametersOf({ kind, text }: ToolUse): object {
  if (kind === 'shell') return { command: text, description: 'Run a command' };
  return kind === 'edit' ? { file_path: text, content: 'first line\n' } : { questions: [{ question: text }] };
}
