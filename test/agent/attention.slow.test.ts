import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LIVE_ATTENTIONS } from '../../src/core/attention.ts';
import { parseAttention } from '../../src/steps/attention-file.ts';
import { AttemptFixture } from './attempt-fixture.ts';

function said(...argv: string[]) {
  const fixture = new AttemptFixture();
  const ran = fixture.run(['attention', ...argv]);
  return { fixture, ran, file: () => parseAttention(fixture.read('attention.json')) };
}

test('what is asked, whole and clean, with the token, for the owner alone', () => {
  const { fixture, ran, file } = said(
    ...[
      'waiting_permission',
      '--question',
      'Run\r\n"npm i"?\u001b[31m\u0007',
      '--choice',
      'Yes',
      '--choice=No,\n stop',
    ],
  );
  expect(ran).toEqual({
    code: 0,
    stdout: 'agentrelay: noted: waiting_permission. An answer is typed into this session.\n',
    stderr: '',
  });
  expect(JSON.parse(fixture.read('attention.json'))).toEqual({
    schema_version: '1',
    state: 'waiting_permission',
    question: 'Run\n"npm i"?',
    choices: ['Yes', 'No, ⏎ stop'],
    until: null,
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    token: 'token-2',
  });
  expect(file()?.report.state).toBe('waiting_permission');
  expect(statSync(join(fixture.signalDir, 'attention.json')).mode & 0o777).toBe(0o600);
  expect(fixture.run(['attention', 'working'])).toMatchObject({ code: 0, stdout: 'agentrelay: noted: working.\n' });
  expect(JSON.parse(fixture.read('attention.json'))).toMatchObject({ state: 'working', question: null, choices: [] });
  expect(fixture.files().filter((name) => name.startsWith('.tmp'))).toEqual([]);
});

test('a limit ends at a time of any zone', () => {
  const { ran, file } = said('usage_limited', '--until', '2026-01-31T17:30+02:00');
  expect(ran.code).toBe(0);
  expect(file()?.report).toMatchObject({ state: 'usage_limited', until: '2026-01-31T15:30:00.000Z' });
});

test('what is too long is cut, between characters, and can still be read', () => {
  const { file } = said('waiting_input', '--question', `a${'😀'.repeat(3_000)}`, '--choice', 'x'.repeat(500));
  const report = file()?.report;
  expect(report?.question).toMatch(/^a(😀)+…$/u);
  expect(report?.question?.length).toBe(2_000);
  expect(report?.choices).toEqual([`${'x'.repeat(199)}…`]);
});

test.each([
  [[], 'STATE is missing'],
  [['dreaming'], "STATE is 'dreaming', which is none of working, idle"],
  [['exited'], "STATE is 'exited'"],
  [['idle', 'working'], "unexpected argument 'working'"],
  [['working', '--question', 'x'], '--question and --choice go with waiting_permission, waiting_input, trust_prompt'],
  [['idle', '--choice', 'x'], 'and not with idle'],
  [['idle', '--until', '2026-01-31T15:00:00Z'], '--until goes with usage_limited'],
  [['usage_limited', '--until', '5 pm'], "--until is '5 pm', which is no ISO time"],
  [['usage_limited', '--until', '2026-02-31T25:00:00Z'], 'which is no ISO time'],
  [['waiting_input', ...Array(10).fill('--choice=x')], 'there are 10 choices'],
])('%j is refused, and nothing is written', (argv, problem) => {
  const { ran, fixture } = said(...argv);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
  expect(fixture.files()).not.toContain('attention.json');
});

test('the usage names what can be said', () => {
  const { ran } = said('--help');
  expect(ran.stdout).toContain('Usage: agentrelay-attention STATE [--question TEXT] [--choice TEXT]... [--until TIME]');
  expect(ran.stdout).toContain(`one of: ${LIVE_ATTENTIONS.join(', ')}`);
});
