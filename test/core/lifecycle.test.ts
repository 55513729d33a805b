import { expect, test } from 'vitest';
import type { TaskStatus, WorkstreamStatus } from '../../src/core/lifecycle.ts';
import { isActive, isSuccess, isTerminal, requireTaskMove, requireWorkstreamMove } from '../../src/core/lifecycle.ts';

/** As the contract has it. */
const TASK_MOVES: Record<TaskStatus, string> = {
  pending: 'running blocked cancelled',
  blocked: 'pending',
  running: 'pr_created completed failed cancelled',
  pr_created: 'pr_merged failed cancelled',
  pr_merged: '',
  completed: '',
  failed: '',
  cancelled: '',
};

const WORKSTREAM_MOVES: Record<WorkstreamStatus, string> = {
  pending: 'active failed',
  active: 'merge_ready failed',
  merge_ready: 'pr_created merged failed',
  pr_created: 'merged failed',
  merged: '',
  failed: 'active pending',
};

function pairs<S extends string>(moves: Record<S, string>): { from: S; to: S; legal: boolean }[] {
  const all = Object.keys(moves) as S[];
  return all.flatMap((from) => all.map((to) => ({ from, to, legal: moves[from].split(' ').includes(to) })));
}

test.each(pairs(TASK_MOVES))('task: $from to $to is legal: $legal', ({ from, to, legal }) => {
  const move = () => requireTaskMove('a', from, to);
  if (legal) expect(move).not.toThrow();
  else
    expect(move).toThrow(expect.objectContaining({ code: 'illegal_transition', message: illegal('task a', from, to) }));
});

test.each(pairs(WORKSTREAM_MOVES))('workstream: $from to $to is legal: $legal', ({ from, to, legal }) => {
  const move = () => requireWorkstreamMove('w', from, to);
  if (legal) expect(move).not.toThrow();
  else
    expect(move).toThrow(
      expect.objectContaining({ code: 'illegal_transition', message: illegal('workstream w', from, to) }),
    );
});

test('which statuses are a success, terminal, active', () => {
  const all = Object.keys(TASK_MOVES) as TaskStatus[];
  expect(all.filter(isSuccess)).toEqual(['pr_merged', 'completed']);
  expect(all.filter(isTerminal)).toEqual(['pr_merged', 'completed', 'failed', 'cancelled']);
  expect(all.filter(isActive)).toEqual(['running', 'pr_created']);
});

function illegal(who: string, from: string, to: string): string {
  return `${who} cannot move from ${from} to ${to}`;
}
