/**
 * Where the programs of the presets keep a person's login and settings, from the home directory, by framework: what a
 * sandbox without that must be given. One that is not here needs no such file, or nobody has told which.
 */
export const HOME_FILES: Readonly<Record<string, readonly string[]>> = {
  claude_code: ['~/.claude', '~/.claude.json'],
  codex: ['~/.codex'],
  gemini: ['~/.gemini'],
  opencode: ['~/.config/opencode', '~/.local/share/opencode'],
  cursor: ['~/.cursor', '~/.config/cursor'],
  copilot: ['~/.copilot'],
};
