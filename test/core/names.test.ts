import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptDirectory,
  attemptRef,
  idLike,
  idProblem,
  integrationBranch,
  localPullRequest,
  runDirectory,
  taskBranch,
  taskWorktree,
  workstreamWorktree,
} from '../../src/core/names.ts';

test.each(['a', '_a', 'A.b-c_d', '0', 'a'.repeat(64), 'con', 'a.locks'])('%s is an id', (id) => {
  expect(idProblem(id)).toBeNull();
});

test.each([
  '',
  '../x',
  '-rf',
  'a:b',
  'a b',
  'a'.repeat(300),
  'a'.repeat(65),
  '.a',
  'a..b',
  'a--b',
  'a.',
  'a.lock',
  'A.LOCK',
  'a\n',
  'a/b',
  'a\\b',
  'a#{x}',
  'a%',
  'ä',
  'a\u0000',
])('%j is no id, and it is said why', (id) => {
  expect(idProblem(id)).toMatch(/^an id /);
});

test.each([
  ['shop', 'shop'],
  ['My Shop (new)', 'My-Shop-new'],
  ['Käse & Brot', 'Kase-Brot'],
  ['a--b..c', 'a-b.c'],
  ['.hidden', 'hidden'],
  ['-rf', 'rf'],
  ['yarn.lock', 'yarn'],
  ['x.lock.LOCK-', 'x'],
  [`${'a'.repeat(63)}- b`, 'a'.repeat(63)],
  ['店', null],
  ['', null],
])('an id like %j is %j', (text, id) => {
  expect(idLike(text)).toBe(id);
});

test('whatever has a letter, a digit or _ has an id like it', () => {
  const near = fc.stringMatching(/^[Aa0_.\- /ä]{0,70}(\.lock)?[.-]?$/);
  const words = fc.oneof(near, fc.string()).filter((text) => /[A-Za-z0-9_]/.test(text));
  fc.assert(fc.property(words, (text) => idProblem(idLike(text) ?? '') === null));
});

test('names that are made of admitted ids are safe, and differ where the ids do', () => {
  const ids = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}$/).filter((id) => idProblem(id) === null);
  fc.assert(
    fc.property(ids, ids, ids, ids, (a, b, c, d) => {
      for (const name of [taskBranch(a, b), integrationBranch(a, b), attemptRef(1, a, 2)]) {
        expect(name).not.toMatch(/\.\.|\/\.|\.lock(\/|$)|\.$|\/$|^-|[\s~^:?*[\\@{]/);
      }
      fc.pre(a !== c || b !== d);
      expect(taskWorktree('g', a, b)).not.toBe(taskWorktree('g', c, d));
      expect(taskWorktree('g', a, b)).not.toBe(workstreamWorktree('g', c));
    }),
  );
});

test('where things are, as the contract fixes it', () => {
  expect(taskBranch('g', 't')).toBe('agentrelay/g/t');
  expect(integrationBranch('g', 'w')).toBe('agentrelay/g/ws/w');
  expect(workstreamWorktree('g', 'w')).toBe('.worktrees/g/w');
  expect(taskWorktree('g', 'w', 't')).toBe('.worktrees/g/w--t');
  expect(runDirectory('g', 3)).toBe('.workflow/g/runs/3');
  expect(attemptDirectory('t', 2)).toBe('signals/t/attempt-2');
  expect(attemptRef(3, 't', 2)).toBe('refs/agentrelay/attempts/3/t/2');
  expect(localPullRequest('b', 'c')).toBe('local:b@c');
});
