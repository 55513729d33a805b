import { expect } from 'vitest';
import { type StartScript, script, started } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Preset } from '../../support/presets/preset-table.ts';
import { absent, type Situation } from '../../support/presets/situation.ts';
import { ANY_PROGRAM, FINISH } from './words.ts';

/** Works until its prompt was seen. */
const work = (start: StartScript, go: string) => started(start, script([{ waitFor: go }, FINISH]));

async function taken(cell: AgentCell): Promise<string> {
  await cell.next('task_waiting');
  cell.release('go');
  return await cell.merged();
}

const TRUSTS: ReadonlySet<Preset> = new Set(['claude_code', 'codex', 'gemini', 'cursor', 'copilot']);
const NO_TRUST = 'it asks nobody to trust a folder';

function trust(preset: Preset): string | null {
  if (preset === 'command') return ANY_PROGRAM;
  return TRUSTS.has(preset) ? null : NO_TRUST;
}

const always = (...names: string[]) => names.map((name) => ({ name, always: true }));

/** Those of its first run, beside trust and login; each is shown although flags avoid it, as older versions do. */
const OTHERS: Partial<Record<Preset, readonly string[]>> = {
  claude_code: ['warning'],
  codex: ['trust', 'update', 'hooks'],
  aider: ['docs'],
};

/** Dialogs that grant something beyond the task: nobody but a person answers them, in its window. */
const OWN: Partial<Record<Preset, { readonly names: readonly string[]; readonly keys: readonly string[] }>> = {
  claude_code: { names: ['mcp', 'api_key'], keys: ['Enter'] },
  cursor: { names: ['mcp'], keys: ['c'] },
};

export const STARTING: readonly Situation[] = [
  {
    id: 'trusted',
    rows: ['trust, approvals: skip'],
    plan(preset) {
      const why = trust(preset);
      if (why !== null) return { why };
      return {
        script: (go) => work({ dialogs: ['trust'] }, go),
        async drive(cell) {
          const end = await taken(cell);
          const [{ shown = true } = {}] = cell.facts('dialog');
          const answers = cell.all('task_dialog_answered').map(({ dialog, keys }) => `${dialog} by ${keys.join(' ')}`);
          expect(answers).toHaveLength(shown ? 1 : 0);
          cell.tell('trust, approvals: skip', `${shown ? `answered ${answers}` : 'avoided by its flags'}; ${end}`);
        },
      };
    },
  },
  {
    id: 'others',
    rows: ['its other first dialogs'],
    plan(preset) {
      if (preset === 'command') return { why: ANY_PROGRAM };
      const names = OTHERS[preset];
      if (names === undefined) return { why: 'it has none beside trust and login that its flags do not avoid' };
      return {
        script: (go) => work({ dialogs: always(...names), dialogGapMs: 100 }, go),
        async drive(cell) {
          const end = await taken(cell);
          const answers = cell.all('task_dialog_answered').map(({ dialog, keys }) => `${dialog} by ${keys.join(' ')}`);
          expect(answers).toHaveLength(names.length);
          cell.tell('its other first dialogs', `answered ${answers.join(', ')}; ${end}`);
        },
      };
    },
  },
  {
    id: 'own',
    rows: ['dialogs that only a person answers'],
    plan(preset) {
      if (preset === 'command') return { why: ANY_PROGRAM };
      const own = OWN[preset];
      if (own === undefined) return { why: 'it has none that it was seen to show' };
      return {
        task: { approvals: 'ask' },
        script: (go) => work({ dialogs: always(...own.names) }, go),
        async drive(cell) {
          const told: string[] = [];
          for (const [at] of own.names.entries()) {
            await cell.fact('dialog', at + 1);
            const kinds = ['agent_trust_prompt', 'agent_login_required'] as const;
            told.push(await Promise.race(kinds.map(async (kind) => (await cell.next(kind)).kind.slice(6))));
            cell.press(...own.keys);
            await cell.fact('answer', at + 1);
          }
          const end = await taken(cell);
          expect(cell.all('task_dialog_answered')).toEqual([]);
          cell.tell('dialogs that only a person answers', `${told.join(', ')} told, answered in its window; ${end}`);
        },
      };
    },
  },
  {
    id: 'login',
    rows: ['login at the start'],
    plan(preset) {
      if (preset === 'command') return { why: ANY_PROGRAM };
      return {
        script: (go) => work({ dialogs: always('login'), loginSucceeds: true }, go),
        async drive(cell) {
          await cell.next('agent_login_required');
          expect(cell.facts('answer')).toEqual([]);
          cell.press('Enter');
          cell.tell('login at the start', `login_required told, a person logs in; ${await taken(cell)}`);
        },
      };
    },
  },
  start('unsent', 'prompt left in its input', (preset) =>
    preset === 'aider' ? 'its command line takes no prompt: it is typed' : { promptNotSubmitted: true },
  ),
  start('swallows', 'first Enter swallowed', () => ({ promptNotSubmitted: true, swallowEnters: 1 })),
  start('newline', 'first Enter a line break', () => ({ promptNotSubmitted: true, firstEnterIsNewline: true })),
  start('slow', 'slow start, early keys lost', () => ({ delayMs: 2_500, loseEarlyInput: true })),
];

function start(id: string, row: string, of: (preset: Preset) => StartScript | string): Situation {
  return {
    id,
    rows: [row],
    plan(preset) {
      const how = of(preset);
      if (preset === 'command') return { why: ANY_PROGRAM };
      if (typeof how === 'string') return { why: how };
      return {
        script: (go) => work(how, go),
        async drive(cell) {
          cell.tell(row, await taken(cell));
          expect(cell.facts('lost')).toEqual([]);
        },
      };
    },
  };
}

export const TRUST_ASKED = {
  row: 'trust, approvals: ask',
  dialogs: (preset: Preset) => (trust(preset) === null ? ['trust'] : []),
  /** A person trusts the folder; in words. */
  async seen(cell: AgentCell): Promise<string> {
    const why = trust(cell.preset);
    if (why !== null) return absent(why);
    await cell.next('agent_trust_prompt');
    expect(cell.facts('answer')).toEqual([]);
    await cell.answer('allow');
    await cell.fact('answer');
    return 'trust_prompt told, answer allow';
  },
};
