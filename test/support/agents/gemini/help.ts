export const GEMINI_VERSION = '0.61.0';

export const GEMINI_HELP = `Usage: gemini [options] [command]

Gemini CLI - Launch an interactive CLI, use -p/--prompt for non-interactive mode

Commands:
  gemini mcp                   Manage MCP servers
  gemini extensions <command>  Manage Gemini CLI extensions.
  gemini [query..]             Launch Gemini CLI  [default]

Positionals:
  query  Initial prompt. Runs in interactive mode by default; use -p/--prompt for non-interactive.

Options:
  -d, --debug                     Run in debug mode  [boolean] [default: false]
  -m, --model <string>            Model  [string]
  -p, --prompt <string>           Run in non-interactive (headless) mode  [string]
  -i, --prompt-interactive <string>  Execute the provided prompt and continue in interactive mode  [string]
  -w, --worktree <string>         Start in a git worktree  [string]
  -s, --sandbox                   Run in sandbox?  [boolean]
  -y, --yolo                      Automatically accept all actions  [boolean] [default: false]
  --approval-mode <string>        Set the approval mode  [choices: "default", "auto_edit", "yolo", "plan"]
  --policy <array>                Additional policy files  [array]
  --acp                           Starts the agent in ACP mode  [boolean]
  --allowed-mcp-server-names <array>  Allowed MCP server names  [array]
  -e, --extensions <array>        A list of extensions to use  [array]
  -l, --list-extensions           List all available extensions and exit.  [boolean]
  -r, --resume <string>           Resume a previous session. Use "latest" or an index number  [string]
  --session-id <string>           Start a session with this id  [string]
  --session-file <string>         Start from a session file  [string]
  --list-sessions                 List available sessions and exit.  [boolean]
  --skip-trust                    Trust the workspace for this session  [boolean] [default: false]
  --include-directories <array>   Additional directories  [array]
  -o, --output-format <string>    The format of the CLI output.  [choices: "text", "json", "stream-json"]
  -v, --version                   Show version number  [boolean]
  -h, --help                      Show help  [boolean]
`;

/** Accepted and not shown. */
export const GEMINI_HIDDEN = '  --fake-responses <string>\n  --record-responses <string>\n';
