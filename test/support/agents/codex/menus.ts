import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Menu, numberKeys } from '../menu.ts';
import type { Session, StartDialog, ToolUse } from '../personality.ts';
import { wrap } from '../terminal.ts';
import { configValues } from './config-value.ts';

interface MenuText {
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly string[];
  readonly foot: string;
  readonly keys?: Readonly<Record<string, number>>;
  readonly onEscape?: Menu['escape'];
  /** Digits only move to a row. */
  readonly digitsMove?: boolean;
  readonly bad?: readonly number[];
  readonly words?: number;
  readonly sign?: string;
}

function codexMenu({
  name,
  head,
  rows,
  foot,
  keys = {},
  onEscape = 'cancel',
  bad = [],
  sign = '›',
  ...more
}: MenuText): Menu {
  return {
    name,
    rows,
    preselected: 0,
    keys: { ...numberKeys(rows), ...keys },
    digitsMove: more.digitsMove ?? false,
    escape: onEscape,
    arrows: true,
    enter: true,
    bad,
    ...more,
    draw: ({ selected, words }, width) => [
      '',
      ...head.flatMap((line) => wrap(`  ${line}`, width - 1, '  ')),
      '',
      ...rows.flatMap((row, number) => {
        const text = number === more.words && words !== null ? words : row;
        return wrap(`${number === selected ? sign : ' '} ${number + 1}. ${text}`, width - 1, '     ');
      }),
      '',
      `  ${foot}`,
    ],
  };
}

export function codexFolder({ home, env }: Pick<Session, 'home' | 'env'>): string {
  return env.CODEX_HOME ?? join(home, '.codex');
}

export function codexConfig(session: Session): ReadonlyMap<string, unknown> {
  return configValues(session.args.flags.get('--config') ?? []);
}

function isTrusted(session: Session): boolean {
  const projects = codexConfig(session).get('projects') as Record<string, { trust_level?: string }> | undefined;
  if (projects?.[session.cwd]?.trust_level === 'trusted') return true;
  const file = join(codexFolder(session), 'config.toml');
  return (
    existsSync(file) && readFileSync(file, 'utf8').includes(`[projects."${session.cwd}"]\ntrust_level = "trusted"`)
  );
}

export const CODEX_DIALOGS: Readonly<Record<string, StartDialog>> = {
  trust: {
    menu: codexMenu({
      name: 'trust',
      head: [
        'Folder access',
        process.cwd(),
        '',
        'Trust this folder? Codex can read, edit, and run files here, subject to your permission settings. Folder settings can run code automatically, even without a model request. Continue only if you trust these files. Your trust decision will be saved.',
      ],
      rows: ['Trust and continue', 'Back to Agent Command Center'],
      foot: 'enter continue · esc back',
      bad: [1],
    }),
    avoided: isTrusted,
    chosen: (row) => (row === 0 ? null : { ends: 0, text: '' }),
  },
  hooks: {
    menu: codexMenu({
      name: 'hooks',
      head: [
        'Hooks need review',
        '6 hooks are new or changed.',
        'Hooks can run outside the sandbox after you trust them.',
      ],
      rows: ['Review hooks', 'Trust all and continue', "Continue without trusting (hooks won't run)"],
      foot: 'enter confirm · esc skip',
      bad: [0],
      digitsMove: true,
    }),
    avoided: (session) =>
      session.args.flags.has('--dangerously-bypass-hook-trust') ||
      ![...codexConfig(session).keys()].some((key) => key.startsWith('hooks.')),
    chosen: () => null,
  },
  update: {
    menu: codexMenu({
      name: 'update',
      head: [
        '✨ Update available! 0.169.0 -> 0.170.1',
        '',
        'Release notes: https://github.com/openai/codex/releases/latest',
      ],
      rows: ['Update now (runs `npm install -g @openai/codex`)', 'Skip', 'Skip until next version'],
      foot: 'Press enter to continue',
      bad: [0],
    }),
    avoided: (session) => codexConfig(session).get('check_for_update_on_startup') === false,
    chosen: (row) => (row === 0 ? { ends: 0, text: '🎉 Update ran successfully! Please restart Codex.' } : null),
  },
  login: {
    menu: codexMenu({
      name: 'login',
      head: ["Welcome to Codex, OpenAI's command-line coding agent", '', 'Choose how you want to use Codex.'],
      rows: ['Sign in with ChatGPT', 'Sign in with Device Code', 'Sign in another way'],
      foot: 'Press enter to continue',
      onEscape: 'nothing',
      sign: '>',
    }),
    avoided: ({ env }) => env.OPENAI_API_KEY !== undefined,
    // A browser opens, and the same is asked until somebody has done it there.
    chosen: () => 'again',
  },
};

export function codexPermission(tool: ToolUse, session: Session): { menu: Menu; allows: readonly number[] } {
  const deny = 'No, and tell Codex what to do differently (esc)';
  const isEdit = tool.kind === 'edit';
  const menu = codexMenu({
    name: 'permission',
    head: isEdit
      ? [
          'Would you like to make the following edits?',
          '',
          'Description: Apply proposed file edits',
          `Destination: ${join(session.cwd, tool.text)}`,
        ]
      : ['Would you like to run the following command?', '', 'Environment: local', '', `$ ${tool.text}`],
    rows: isEdit
      ? ['Yes, proceed (y)', "Yes, and don't ask again for these files (a)", deny]
      : ['Yes, proceed (y)', `Yes, and don't ask again for commands that start with \`${tool.text}\` (p)`, deny],
    foot: 'Press enter to confirm or esc to cancel',
    keys: { y: 0, [isEdit ? 'a' : 'p']: 1, n: 2 },
  });
  return { menu, allows: [0, 1] };
}

export function codexQuestion(tool: ToolUse): Menu {
  return codexMenu({
    name: 'question',
    head: ['Question 1/1 (1 unanswered)', tool.text],
    rows: [...tool.choices, 'None of the above  Optionally, add details in notes (tab)'],
    foot: 'tab to add notes | enter to submit answer | esc to interrupt',
    sign: '  ›',
    words: tool.choices.length,
  });
}
