import { expect, test } from 'vitest';
import { patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import { makePreset } from '../../../src/steps/frameworks/make-preset.ts';
import { ownFrameworks } from '../../../src/steps/frameworks/own-frameworks.ts';
import { SHIPPED } from '../../../src/steps/frameworks/shipped.ts';
import { invocationOf } from '../../support/invocation.ts';

const SKIP = { approvals: 'skip', model: 'm' } as const;

test.each([
  [
    'claude_code',
    '--print --output-format stream-json --verbose --dangerously-skip-permissions --model m --session-id ours -- - go',
    '--print --output-format stream-json --verbose --dangerously-skip-permissions --model m --resume theirs -- - more',
  ],
  [
    'codex',
    'exec --json --dangerously-bypass-approvals-and-sandbox --model m QUIET -- - go',
    'exec resume --json --dangerously-bypass-approvals-and-sandbox --model m QUIET -- theirs - more',
  ],
  [
    'gemini',
    '--output-format stream-json --approval-mode yolo --skip-trust --model m --session-id ours --prompt=- go',
    '--output-format stream-json --approval-mode yolo --skip-trust --model m --resume theirs --prompt=- more',
  ],
  [
    'opencode',
    'run --format json --auto --model m -- - go',
    'run --format json --auto --model m --session theirs -- - more',
  ],
  [
    'copilot',
    '--output-format=json --allow-all --model=m --add-dir=/run/signals --session-id=ours --prompt=- go',
    '--output-format=json --allow-all --model=m --add-dir=/run/signals --resume=theirs --prompt=- more',
  ],
  [
    'cursor',
    '--print --output-format stream-json --force --approve-mcps --trust --model m -- - go',
    '--print --output-format stream-json --force --approve-mcps --trust --model m --resume=theirs -- - more',
  ],
  [
    'aider',
    '--no-fancy-input --no-show-model-warnings --model m REST --message=- go',
    '--no-fancy-input --no-show-model-warnings --model m REST --restore-chat-history --message=- more',
  ],
])('%s', (name, first, next) => {
  const headless = SHIPPED[name]?.headless;
  const short = (argv: readonly string[] = []) =>
    argv
      .slice(1)
      .join(' ')
      .replace(/(?:-c \S+=false ?)+/, 'QUIET ')
      .replace(/--no-pretty .* \/run\/signals\/instructions\.md/, 'REST');
  expect(short(headless?.argv(invocationOf(SKIP)))).toBe(first);
  expect(short(headless?.resume(invocationOf(SKIP), 'theirs', '- more'))).toBe(next);
  // The prompt is one argument, or the end of one.
  expect(headless?.argv(invocationOf(SKIP)).at(-1)).toMatch(/(?:^|=)- go$/);
});

test('where approvals are asked for, Claude Code may read its instructions and say that it is done', () => {
  expect(SHIPPED.claude_code?.headless?.argv(invocationOf())).toContain(
    '--allowedTools=Read(//run/signals/**),Bash(/a b/bin/agentrelay-*)',
  );
});

test('a preset of its own is read as the one that it extends, or as words', () => {
  const line = '{"type":"thread.started","thread_id":"x"}';
  const frameworks = ownFrameworks(
    {
      mine: { extends: 'codex', program: ['mine'], headless: { skip: ['--all'] } },
      plain: { program: ['plain'], headless: { start: ['{prompt}'], resume: ['{session}', '{prompt}'] } },
      none: { extends: 'codex', headless: null },
    },
    SHIPPED,
  );
  expect(frameworks.mine?.headless?.argv(invocationOf(SKIP)).slice(0, 4)).toEqual(['mine', 'exec', '--json', '--all']);
  expect(frameworks.mine?.headless?.reader()(line)).toMatchObject({ session: 'x' });
  expect(frameworks.plain?.headless?.resume(invocationOf(), 's', 'go')).toEqual(['plain', 's', 'go']);
  expect(frameworks.plain?.headless?.reader()(line)).toEqual({ report: expect.objectContaining({ state: 'working' }) });
  expect(frameworks.plain?.headless?.show(line)).toEqual([line]);
  expect(frameworks.none?.headless).toBeUndefined();
  expect(makePreset('bare', patchedPreset(null, { program: ['x'] })).headless).toBeUndefined();
});
