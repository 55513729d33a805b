import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/agent/commands.ts';
import { parseFlags } from '../../src/agent/flags.ts';
import { AGENT_VERBS } from '../../src/steps/launchers.ts';
import { AttemptFixture } from './attempt-fixture.ts';

const complete = COMMANDS.find(({ verb }) => verb === 'complete') as (typeof COMMANDS)[number];

test('every launcher has its command, and the other way round', () => {
  expect(COMMANDS.map(({ verb }) => verb)).toEqual([...AGENT_VERBS]);
});

describe('parseFlags', () => {
  test('takes a value whatever it looks like', () => {
    expect(parseFlags(complete, ['--title', '--body', '--body=- a=b'])).toEqual({ title: '--body', body: '- a=b' });
    expect(parseFlags(complete, [])).toEqual({});
  });

  test.each([
    [['--titel', 'x'], 'unknown flag --titel'],
    [['--titel=x'], 'unknown flag --titel'],
    [['all done'], "unexpected argument 'all done'"],
    [['--title'], '--title needs a value'],
    [['--title', 'a', '--title', 'b'], '--title is given twice'],
  ])('refuses %j with the usage', (argv, problem) => {
    expect(() => parseFlags(complete, argv)).toThrow(problem);
    expect(() => parseFlags(complete, argv)).toThrow('Usage: agentrelay-complete [--title T] [--body B]');
  });
});

test.each(COMMANDS.map(({ verb }) => verb))('%s --help needs no environment', (verb) => {
  const fixture = new AttemptFixture();
  const ran = fixture.run([verb, '--help'], { cwd: fixture.root, env: { AGENTRELAY_SIGNAL_DIR: undefined } });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain(`Usage: agentrelay-${verb}`);
});

test('an unknown verb lists those that are', () => {
  const fixture = new AttemptFixture();
  const ran = fixture.run(['finish']);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("unknown verb 'finish'");
  for (const verb of AGENT_VERBS) expect(ran.stderr).toContain(verb);
  expect(fixture.run([]).code).toBe(2);
  expect(fixture.run(['--help'])).toMatchObject({ code: 0, stderr: '' });
});
