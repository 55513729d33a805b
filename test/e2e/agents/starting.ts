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
  cell.release();
  return await cell.merged();
}

const always = (...names: readonly string[]) => names.map((name) => ({ name, always: true }));
const answersOf = (cell: AgentCell) =>
  cell.all('task_dialog_answered').map(({ dialog, keys }) => `${dialog} by ${keys.join(' ')}`);

const TRUSTS: ReadonlySet<Preset> = new Set(['claude_code', 'codex', 'gemini', 'cursor', 'copilot']);

function noTrust(preset: Preset): string | null {
  if (preset === 'command') return ANY_PROGRAM;
  return TRUSTS.has(preset) ? null : 'it asks nobody to trust a folder';
}

const TRUSTED = 'trust, approvals: skip';
const OTHERS = 'its other first dialogs';
const UNSENT = 'prompt left in its input';

/** Of its first run, beside trust and login; each is shown although flags avoid it, as another version may. */
const MORE_DIALOGS: Partial<Record<Preset, readonly string[]>> = {
  claude_code: ['warning'],
  codex: ['update', 'hooks'],
  aider: ['docs'],
};

/** Dialogs that need nobody where approvals are skipped; then the prompt stands in its input. */
const ALLOWED: Situation = {
  id: 'allowed',
  rows: [TRUSTED, OTHERS, UNSENT],
  plan(preset) {
    if (preset === 'command') return { why: ANY_PROGRAM };
    const more = MORE_DIALOGS[preset] ?? [];
    const trust = noTrust(preset);
    const dialogs = [...(trust === null ? ['trust'] : []), ...always(...more)];
    return {
      script: (go) => work({ dialogs, dialogGapMs: 100, promptNotSubmitted: true }, go),
      async drive(cell) {
        const end = await taken(cell);
        const answers = answersOf(cell);
        expect(answers).toHaveLength(cell.facts('answer').length);
        const isAsked = cell.facts('dialog').some(({ name, shown }) => name === 'trust' && shown);
        const trusted = isAsked ? `answered: ${answers[0]}` : 'avoided by its flags';
        cell.tell(TRUSTED, trust === null ? trusted : absent(trust));
        const others = answers.slice(isAsked ? 1 : 0);
        expect(others).toHaveLength(more.length);
        cell.tell(
          OTHERS,
          more.length === 0
            ? absent('it was seen to show no others, or its flags avoid them')
            : `answered: ${others.join(', ')}`,
        );
        cell.tell(UNSENT, isTyped(preset) ? absent(`its prompt is typed; ${end}`) : end);
      },
    };
  },
};

/** Their command lines carry no prompt. */
function isTyped(preset: Preset): boolean {
  return preset === 'aider' || preset === 'gemini';
}

const OWN = "dialogs that are a person's own";

/** They grant something beyond the task: nobody but a person answers them, in its window. */
const OWN_DIALOGS: Partial<Record<Preset, { readonly names: readonly string[]; readonly keys: readonly string[] }>> = {
  claude_code: { names: ['mcp', 'api_key'], keys: ['Enter'] },
  cursor: { names: ['mcp'], keys: ['c'] },
};

const OWNED: Situation = {
  id: 'owned',
  rows: [OWN],
  plan(preset) {
    if (preset === 'command') return { why: ANY_PROGRAM };
    const own = OWN_DIALOGS[preset];
    if (own === undefined) return { why: 'it has none that anybody has seen' };
    return {
      task: { approvals: 'ask' },
      script: (go) => work({ dialogs: always(...own.names) }, go),
      async drive(cell) {
        const told: string[] = [];
        for (const at of own.names.keys()) {
          const event = await cell.nextOf(['agent_trust_prompt', 'agent_login_required']);
          told.push(event.kind.slice('agent_'.length));
          expect(cell.facts('answer')).toHaveLength(at);
          cell.press(...own.keys);
          await cell.fact('answer', at + 1);
        }
        const end = await taken(cell);
        expect(answersOf(cell)).toEqual([]);
        cell.tell(OWN, `told: ${told.join(', ')}; answered in its window; ${end}`);
      },
    };
  },
};

const LOGIN = 'login at the start';
const SWALLOWED = 'first Enter swallowed';

const LOGGED_OUT: Situation = {
  id: 'login',
  rows: [LOGIN, SWALLOWED],
  plan(preset) {
    if (preset === 'command') return { why: ANY_PROGRAM };
    return {
      script: (go) =>
        work({ dialogs: always('login'), loginSucceeds: true, promptNotSubmitted: true, swallowEnters: 1 }, go),
      async drive(cell) {
        await cell.next('agent_login_required');
        expect(cell.facts('answer')).toEqual([]);
        cell.press('Enter');
        await cell.fact('ready');
        cell.tell(LOGIN, 'login_required told, a person logs in');
        const end = await taken(cell);
        expect(cell.facts('enter').map(({ became }) => became)).toContain('nothing');
        cell.tell(SWALLOWED, end);
      },
    };
  },
};

const NEWLINE = 'first Enter a line break';
const SLOW = 'slow start, early keys lost';

const LATE: Situation = {
  id: 'late',
  rows: [SLOW, NEWLINE],
  plan(preset) {
    if (preset === 'command') return { why: ANY_PROGRAM };
    return {
      script: (go) =>
        work({ delayMs: 2_500, loseEarlyInput: true, promptNotSubmitted: true, firstEnterIsNewline: true }, go),
      async drive(cell) {
        const end = await taken(cell);
        expect(cell.facts('lost')).toEqual([]);
        cell.tell(SLOW, 'no key before it was ready');
        expect(cell.facts('enter').map(({ became }) => became)).toEqual(['newline']);
        cell.tell(NEWLINE, end);
      },
    };
  },
};

export const STARTING: readonly Situation[] = [ALLOWED, OWNED, LOGGED_OUT, LATE];

export const TRUST_ASKED = {
  row: 'trust, approvals: ask',
  dialogs: (preset: Preset) => (noTrust(preset) === null ? ['trust'] : []),
  /** A person trusts the folder; in words. */
  async seen(cell: AgentCell): Promise<string> {
    const why = noTrust(cell.preset);
    if (why !== null) return absent(why);
    await cell.next('agent_trust_prompt');
    expect(cell.facts('answer')).toEqual([]);
    await cell.answer('allow');
    const { text } = await cell.fact('answer');
    return `trust_prompt told; answer allow: ${text}`;
  },
};
