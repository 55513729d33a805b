export const CLAUDE_VERSION = '2.1.330';

export const CLAUDE_HELP = `Usage: claude [options] [command] [prompt]

Claude Code - starts an interactive session by default, use -p/--print for
non-interactive output

Arguments:
  prompt                                Your prompt

Options:
  --add-dir <directories...>            More directories Claude can access
  --agent <agent>                       Agent for the current session.
  --agents <json-or-file>               JSON object defining custom agents
  --allow-dangerously-skip-permissions  Enable bypassing all permission checks
                                        as an option
  --allowedTools, --allowed-tools <tools...>
      Comma or space-separated list of tool names to allow (e.g. "Bash(git *)
      Edit")
  --append-system-prompt <prompt>       Add text to the end of the default
                                        system prompt
  --bare                                Minimal mode: skip hooks
  --betas <betas...>                    Beta headers to include in API requests
  -c, --continue                        Continue the most recent conversation in
                                        the current directory
  --dangerously-skip-permissions        Bypass all permission checks.
  -d, --debug [filter]                  Enable debug mode
  --debug-file <path>                   Write debug logs to a specific file path
  --disable-slash-commands              Disable all skills and commands
  --disallowedTools, --disallowed-tools <tools...>
      Comma or space-separated list of tool names to deny
  --effort <level>                      Effort level for the current session
  --fallback-model <model>              Models to fall back to
  --fork-session                        When resuming, create a new session ID
  -h, --help                            Display help for command
  --ide                                 Automatically connect to IDE on startup
  --include-hook-events                 Include all hook lifecycle events
  --input-format <format>               Input format (only works with --print)
  --json-schema <schema>                JSON Schema for structured output
  --max-budget-usd <amount>             Maximum dollar amount to spend
  --mcp-config <configs...>             Load MCP servers from JSON files or
                                        strings (space-separated)
  --model <model>                       Model for the current session.
  -n, --name <name>                     Set a display name for this session
  --no-session-persistence              Don't save sessions to disk
  --output-format <format>              Output format (only works with --print)
  --permission-mode <mode>              Permission mode to use for the session
                                        (choices: "acceptEdits", "auto",
                                        "bypassPermissions", "manual",
                                        "dontAsk", "plan")
  --plugin-dir <path>                   Load a plugin from a directory
  -p, --print                           Print response and exit
  --restricted                          Restricted mode
  -r, --resume [value]                  Resume a conversation by session ID or
                                        name, or pick from a list
  --safe-mode                           Start with all customizations disabled
  --session-id <uuid>                   Use a specific session ID for the
                                        conversation (must be a valid UUID)
  --setting-sources <sources>           Comma-separated list of setting sources
  --settings <file-or-json>             Settings file or JSON string to load
                                        more settings from
  --strict-mcp-config                   Only use MCP servers from --mcp-config
  --system-prompt <prompt>              System prompt to use for the session
  --tools <tools...>                    Built-in tools to make available
  --verbose                             Override the verbose setting
  -v, --version                         Output the version number
  -w, --worktree [name]                 Create a git worktree for this session

Commands:
  auth                                  Manage authentication
  doctor                                Check the health of your installation
  mcp                                   Configure and manage MCP servers
`;
