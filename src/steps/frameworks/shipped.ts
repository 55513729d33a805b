import { aider } from './aider.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilot } from './copilot.ts';
import { cursor } from './cursor.ts';
import type { FrameworkPreset } from './framework.ts';
import { gemini } from './gemini.ts';
import { openCode } from './opencode.ts';

/** The presets that come with agentrelay, by name; `command` is beside them. */
export const SHIPPED: Readonly<Record<string, FrameworkPreset>> = {
  claude_code: claudeCode,
  codex,
  gemini,
  opencode: openCode,
  aider,
  cursor,
  copilot,
};
