import { expect, test } from 'vitest';
import {
  AgentLaunchError,
  classifyFailure,
  describeError,
  PreconditionError,
  PullRequestError,
  SignalError,
  UserError,
  WorkspaceError,
} from '../../src/core/errors.ts';

test.each([
  [new WorkspaceError('c', 'm'), 'workspace', 'WorkspaceError: m'],
  [new SignalError('c', 'm'), 'signal', 'SignalError: m'],
  [new PullRequestError('c', 'm'), 'pull_request', 'PullRequestError: m'],
  [new AgentLaunchError('c', 'm'), 'agent_launch', 'AgentLaunchError: m'],
])('%s is of its boundary and expected', (error, boundary, text) => {
  expect(error.boundary).toBe(boundary);
  expect(describeError(error)).toBe(text);
  expect(classifyFailure(error)).toBe('expected_task_failure');
});

test('a step may say that its error is a bug, and keeps the cause', () => {
  const cause = new Error('below');
  const error = new SignalError('c', 'm', { failureClass: 'internal_error', cause });
  expect(classifyFailure(error)).toBe('internal_error');
  expect(error.cause).toBe(cause);
});

test.each([
  new Error('x'),
  new TypeError('x'),
  new PreconditionError('c', 'x'),
  new UserError('x'),
  'x',
  undefined,
  null,
])('anything else is internal: %s', (thrown) => expect(classifyFailure(thrown)).toBe('internal_error'));

test('what is no error is described too', () => {
  expect(describeError('x')).toBe('Error: x');
  expect(describeError(undefined)).toBe('Error: undefined');
  expect(new UserError('x', { hint: 'do y' }).hint).toBe('do y');
});
