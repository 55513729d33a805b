import { expect, test } from 'vitest';
import { requestSchema } from '../../src/core/request-schema.ts';
import { type Request, taskOfRequest } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';

const by = { pid: 1, host: 'here' };

test.each<[Request, string | null]>([
  [{ action: 'retry', task: 'a', change: NO_CHANGE, by }, 'a'],
  [{ action: 'retry', task: 'a', change: { ...NO_CHANGE, note: 'n', framework: 'codex', keep_work: true }, by }, 'a'],
  [{ action: 'teardown', task: 'a', by }, 'a'],
  [{ action: 'cancel', task: 'a', by }, 'a'],
  [{ action: 'cancel', task: null, by }, null],
  [{ action: 'send', task: 'a', text: '', by }, 'a'],
  [{ action: 'answer', task: 'a', text: '1', by }, 'a'],
  [{ action: 'undo_teardown', task: 'a', by }, 'a'],
  [{ action: 'pause', by }, null],
  [{ action: 'unpause', by }, null],
])('%j is read as it was written, and is about %s', (request, task) => {
  expect(requestSchema.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
  expect(taskOfRequest(request)).toBe(task);
});

test.each<[string, unknown]>([
  ['an unknown action', { action: 'explode', task: 'a', by }],
  ['no action', { task: 'a', by }],
  ['nobody who asks', { action: 'pause' }],
  ['a retry without a task', { action: 'retry', change: NO_CHANGE, by }],
  ['a retry of a task without a name', { action: 'retry', task: '', change: NO_CHANGE, by }],
  ['a retry without its change', { action: 'retry', task: 'a', by }],
  ['a retry with half of its change', { action: 'retry', task: 'a', change: { note: 'n' }, by }],
  ['a teardown of all', { action: 'teardown', task: null, by }],
  ['a text that is none', { action: 'send', task: 'a', text: 1, by }],
  ['an answer to nobody', { action: 'answer', text: '1', by }],
  ['no object', 'pause'],
])('%s is no request', (_, value) => {
  expect(requestSchema.safeParse(value).success).toBe(false);
});
