import { describe, expect, it } from 'vitest';
import { cursor } from '../../../src/steps/frameworks/cursor.ts';
import { invocationOf } from '../../support/invocation.ts';

const INVOCATION = invocationOf({ instructions: '/i', bin: '/bin' });

describe('cursor', () => {
  it('keeps the prompt from being a flag', () => {
    expect(cursor.argv(INVOCATION)).toEqual(['cursor-agent', '--', '- go']);
    const argv = cursor.argv({ ...INVOCATION, approvals: 'skip', model: 'composer-2.5' });
    expect(argv.slice(1, 5)).toEqual(['--force', '--approve-mcps', '--model', 'composer-2.5']);
  });

  it('goes on with a session', () => {
    expect(cursor.resume?.(INVOCATION, 'theirs')).toEqual(['cursor-agent', '--resume=theirs', '--', '- go']);
  });
});
