export const AIDER_VERSION = '0.86.1';

export const AIDER_HELP = `usage: aider [-h] [--model] [--message] [--yes-always] ... [FILE ...]

aider is AI pair programming in your terminal

options:
  -h, --help            show this help message and exit

Main model:
  --model <MODEL>       Specify the model to use for the main chat

API Keys and settings:
  --openai-api-key <OPENAI_API_KEY>
  --anthropic-api-key <ANTHROPIC_API_KEY>
  --api-key <PROVIDER=KEY>
  --set-env <ENV_VAR_NAME=value>

Model settings:
  --list-models <MODEL>
  --reasoning-effort <REASONING_EFFORT>
  --thinking-tokens <THINKING_TOKENS>
  --edit-format <EDIT_FORMAT>
  --architect
  --weak-model <WEAK_MODEL>
  --editor-model <EDITOR_MODEL>
  --show-model-warnings
  --no-show-model-warnings
  --check-model-accepts-settings
  --map-tokens <MAP_TOKENS>

History Files:
  --input-history-file <INPUT_HISTORY_FILE>
  --chat-history-file <CHAT_HISTORY_FILE>
  --restore-chat-history
  --no-restore-chat-history
  --llm-history-file <LLM_HISTORY_FILE>

Output settings:
  --dark-mode
  --light-mode
  --pretty
  --no-pretty
  --stream
  --no-stream
  --show-diffs

Git settings:
  --git
  --no-git
  --gitignore
  --no-gitignore
  --auto-commits
  --no-auto-commits
  --dirty-commits
  --no-dirty-commits
  --attribute-author
  --no-attribute-author
  --attribute-committer
  --no-attribute-committer
  --attribute-co-authored-by
  --no-attribute-co-authored-by
  --git-commit-verify
  --dry-run

Fixing and committing:
  --lint
  --lint-cmd <LINT_CMD>
  --auto-lint
  --no-auto-lint
  --test-cmd <TEST_CMD>
  --auto-test
  --no-auto-test

Analytics:
  --analytics
  --no-analytics
  --analytics-disable

Upgrading:
  --just-check-update
  --check-update
  --no-check-update
  --show-release-notes
  --no-show-release-notes
  --upgrade
  --version             Show the version number and exit

Modes:
  -m, --message <COMMAND>
  --msg <COMMAND>
  -f, --message-file <MESSAGE_FILE>
  --gui
  --no-gui
  --apply <FILE>
  --exit

Other settings:
  --file <FILE>
  --read <FILE>
  --vim
  --chat-language <CHAT_LANGUAGE>
  --yes-always
  --verbose
  --load <LOAD_FILE>
  --encoding <ENCODING>
  --config <CONFIG_FILE>
  --env-file <ENV_FILE>
  --suggest-shell-commands
  --no-suggest-shell-commands
  --fancy-input
  --no-fancy-input
  --multiline
  --no-multiline
  --notifications
  --no-notifications
  --notifications-command <COMMAND>
  --detect-urls
  --no-detect-urls
`;
