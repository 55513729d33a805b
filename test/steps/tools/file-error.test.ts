import { expect, test } from 'vitest';
import { FileError, writing } from '../../../src/steps/tools/file-error.ts';

const refused = (code: string) => () => {
  throw Object.assign(new Error(`${code}: no`), { code });
};

test.each([
  ['ENOSPC', 'disk_full', /the disk is full$/, /free some space and run the same command again/],
  ['EDQUOT', 'disk_full', /quota is used up$/, /free some space/],
  ['EIO', 'io_error', /the disk reports an error$/, /disk is sound/],
  ['EROFS', 'not_writable', /read-only$/, /make it writable/],
  ['EACCES', 'not_writable', /permission is denied$/, /make it writable/],
])('%s is an expected failure of the workspace that names the file', (errno, code, message, hint) => {
  expect(() => writing('/repo/file', refused(errno))).toThrow(
    expect.objectContaining({
      name: 'WorkspaceError',
      boundary: 'workspace',
      failureClass: 'expected_task_failure',
      code,
      path: '/repo/file',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    }),
  );
});

test('what is not of the disk stays what it is, and is told once', () => {
  expect(() => writing('/repo/file', refused('ENOENT'))).toThrow(expect.objectContaining({ message: 'ENOENT: no' }));
  const outer = () => writing('/outer', () => writing('/inner', refused('EIO')));
  expect(outer).toThrow(FileError);
  expect(outer).toThrow('/inner cannot be written');
  expect(writing('/repo/file', () => 7)).toBe(7);
});
