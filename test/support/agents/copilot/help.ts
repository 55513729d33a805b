export const COPILOT_VERSION = '1.0.102';

export const COPILOT_HELP = `Usage: copilot [options] [command]

GitHub Copilot CLI - An AI-powered coding assistant

Options:
  --acp                               Start as Agent Client Protocol server
  --add-dir <directory>               Add a directory to the allowed list for file access
  --additional-mcp-config <json>      Additional MCP servers configuration
  --agent <agent>                     Specify a custom agent to use
  --allow-all                         Enable all permissions
  --allow-all-paths                   Disable file path verification
  --allow-all-tools                   Allow all tools to run automatically without confirmation
  --allow-all-urls                    Allow access to all URLs without confirmation
  --allow-tool [tools...]             Tools the CLI has permission to use
  --autopilot                         Enable autopilot continuation
  --banner                            Show the startup banner
  -C <directory>                      Change the working directory
  --continue                          Resume the most recent session
  --deny-tool [tools...]              Tools the CLI does not have permission to use
  --disable-builtin-mcps              Disable all built-in MCP servers
  -h, --help                          display help for command
  -i, --interactive <prompt>          Start interactive mode and automatically execute this prompt
  --log-dir <directory>               Set log file directory
  --log-level <level>                 Set the log level
  --mode <mode>                       Start in a mode (choices: "interactive", "plan", "autopilot")
  --model <model>                     Set the AI model to use
  -n, --name <name>                   Name of the session
  --no-ask-user                       Disable the ask_user tool
  --no-auto-update                    Disable downloading CLI update automatically
  --no-color                          Disable all color output
  --no-custom-instructions            Disable loading of custom instructions
  --output-format <format>            Output format for -p
  -p, --prompt <text>                 Execute a prompt in non-interactive mode
  --plugin-dir <directory>            Load a plugin from a directory
  --reasoning-effort <level>          Set the reasoning effort
  -r, --resume [sessionId]            Resume from a previous session
  -s, --silent                        Output only the agent response
  --screen-reader                     Enable screen reader optimizations
  --session-id <id>                   Use this id for the session
  --trust-folder                      Trust the folder (only with -p)
  --usage-output-file <file>          Write the usage
  -v, --version                       show version information
  --yolo                              Enable all permissions (same as --allow-all)
`;
