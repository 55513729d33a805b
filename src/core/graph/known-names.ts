/** The frameworks that are built in; a user's config module adds its own. */
export const FRAMEWORKS: readonly string[] = [
  'claude_code',
  'codex',
  'gemini',
  'opencode',
  'aider',
  'cursor',
  'copilot',
  'command',
];

export const DEFAULT_FRAMEWORK = 'claude_code';

/** The environments that are built in with the keys each takes beside `type`; null takes any. */
export const ENVIRONMENT_KEYS: Readonly<Record<string, readonly string[] | null>> = {
  tmux: ['session'],
  process: [],
  slurm: [
    'session',
    'partition',
    'account',
    'qos',
    'constraint',
    'cpus',
    'memory',
    'gres',
    'time',
    'queue_timeout',
    'arguments',
  ],
  ssh: ['host', 'user', 'port', 'identity', 'config', 'options', 'directory', 'node', 'session', 'reconnect_timeout'],
};

export const DEFAULT_ENVIRONMENT = 'tmux';
export const DEFAULT_WORKSTREAM = 'default';
export const DEFAULT_BRANCH = 'main';
/** Below the top: 1 allows a parent and its children. */
export const DEFAULT_WORKSTREAM_DEPTH = 1;
