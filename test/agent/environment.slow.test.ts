import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AttemptFixture } from './attempt-fixture.ts';

describe('an environment that is not that of an attempt', () => {
  test.each(['AGENTRELAY_SIGNAL_DIR', 'AGENTRELAY_TOKEN', 'AGENTRELAY_TASK', 'AGENTRELAY_ATTEMPT'])(
    'without %s',
    (name) => {
      const fixture = new AttemptFixture();
      fixture.commit();
      for (const value of [undefined, '']) {
        const ran = fixture.run(['complete'], { env: { [name]: value } });
        expect(ran.code).toBe(2);
        expect(ran.stderr).toContain(`agentrelay-complete: ${name} is not set.`);
      }
      expect(fixture.files()).toEqual(['manifest.json', 'policies.json']);
    },
  );

  test.each([
    ['a relative directory', { AGENTRELAY_SIGNAL_DIR: 'signals' }, 'not an absolute path'],
    [
      'a directory that is not there',
      { AGENTRELAY_SIGNAL_DIR: '/nowhere/at/all' },
      'cannot read /nowhere/at/all/manifest',
    ],
    ['another attempt', { AGENTRELAY_ATTEMPT: '1' }, "belongs to attempt 2 of task 'write-parser'"],
    ['an attempt that is no number', { AGENTRELAY_ATTEMPT: '2x' }, 'this session is attempt 2x'],
    ['another task', { AGENTRELAY_TASK: 'other' }, 'which only its own agent may finish'],
    ['a token of two lines', { AGENTRELAY_TOKEN: 'a\nb' }, 'AGENTRELAY_TOKEN has a line break in it'],
  ])('%s', (_name, env, message) => {
    const fixture = new AttemptFixture();
    fixture.commit();
    const ran = fixture.run(['complete'], { env });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(fixture.files()).toEqual(['manifest.json', 'policies.json']);
  });

  test.each(['concern', 'ops-concern', 'summary'])('%s needs it as well', (verb) => {
    const fixture = new AttemptFixture();
    expect(fixture.run([verb, '--message', 'x'], { env: { AGENTRELAY_TOKEN: undefined } }).code).toBe(2);
  });

  test.each([
    ['manifest.json', 'no json', 'cannot read'],
    ['manifest.json', '{}', 'lacks the task'],
    ['manifest.json', 'null', 'lacks the task'],
    ['policies.json', '{"pr_policy":null}', 'names no forge'],
  ])('a broken %s: %s', (name, text, message) => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.write(name, text);
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(join(fixture.signalDir, name));
  });
});
