import { expect, test } from 'vitest';
import { WorkspaceError } from '../../src/core/errors.ts';
import { isStorageFailure, storageFailureOf } from '../../src/core/storage-failure.ts';

const withFields = (fields: object, cause?: unknown) => Object.assign(new Error('no', { cause }), fields);

test.each([
  ['an errno', withFields({ code: 'ENOSPC' }), 'disk_full'],
  ['another', withFields({ code: 'EIO' }), 'io_error'],
  ['a step error that says so', new WorkspaceError('not_writable', 'no'), 'not_writable'],
  ['the words of git', withFields({ stderr: 'fatal: write error: No space left on device' }), 'disk_full'],
  ['its cause', new WorkspaceError('worktree', 'no', { cause: withFields({ code: 'EDQUOT' }) }), 'disk_full'],
  ['nothing of the kind', withFields({ code: 'ENOENT', stderr: 'fatal: no such branch' }), null],
  ['a right that is missing', withFields({ code: 'EACCES' }), null],
  ['no error', 'ENOSPC', null],
])('knows the disk by %s', (_, error, failure) => {
  expect(storageFailureOf(error)).toBe(failure);
});

test('knows the codes of attempts', () => {
  expect(['disk_full', 'io_error', 'not_writable', 'gate_failed'].filter(isStorageFailure)).toEqual([
    'disk_full',
    'io_error',
    'not_writable',
  ]);
});
