import type { AgentAccess } from './agent-access.ts';
import { look } from './agent-access.ts';
import { answer } from './answer.ts';
import { DialogAnswers } from './dialogs.ts';

/**
 * Answers what the agent asks, where that needs no person: a dialog that may be answered, and any permission where the
 * task's approvals are skipped (some programs ask all the same). False where it is left to one.
 */
export async function clearWay(
  access: AgentAccess,
  tell: (dialog: string, keys: readonly string[]) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const dialogs = new DialogAnswers(access, tell);
  const seen = await look(access);
  const dialog = seen === null ? null : dialogs.mine(seen);
  if (dialog !== null) {
    await access.terminal.exclusively(() => dialogs.answer(dialog, signal));
    return true;
  }
  const { approve } = access.traits.keys;
  const isPermission = seen?.reading.report?.state === 'waiting_permission' && seen.reading.dialog === null;
  if (access.approvals !== 'skip' || approve === null || !isPermission) return false;
  if ((await answer(access, { kind: 'allow' }, signal)) !== 'submitted') return false;
  tell('permission', approve);
  return true;
}
