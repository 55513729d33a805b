export const OPENCODE_VERSION = '1.18.33';

export const OPENCODE_HELP = `
Commands:
  opencode completion          generate shell completion script
  opencode acp                 start ACP (Agent Client Protocol) server
  opencode mcp                 manage MCP (Model Context Protocol) servers
  opencode [project]           start opencode tui                                          [default]
  opencode run [message..]     run opencode with a message
  opencode session             manage sessions
  opencode stats               show token usage and cost statistics
  opencode export [sessionID]  export session data as JSON

Positionals:
  project  path to start opencode in                                                        [string]

Options:
  -h, --help                   show help                                                   [boolean]
  -v, --version                show version number                                         [boolean]
  --print-logs                 print logs to stderr                                        [boolean]
  --log-level <string>         log level  [choices: "DEBUG", "INFO", "WARN", "ERROR"]
  -m, --model <string>         model to use in the format of provider/model                 [string]
  -c, --continue               continue the last session                                   [boolean]
  -s, --session <string>       session id to continue                                       [string]
  --fork                       fork the session when continuing                            [boolean]
  --prompt <string>            prompt to use                                                [string]
  --agent <string>             agent to use                                                 [string]
  --auto                       auto-approve permissions that are not explicitly denied     [boolean]
  --mini                       minimal interface                                           [boolean]
  --pure                       run without external plugins                                [boolean]
  --port <number>              port to listen on                                            [number]
  --hostname <string>          hostname to listen on                                        [string]
`;
