import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors.ts';
import { keyOf, machineOf, nameOf } from '../../../../src/steps/environments/ssh/machine.ts';
import { masterArgv, sessionArgv } from '../../../../src/steps/environments/ssh/ssh-argv.ts';

const of = (keys: object) => machineOf({ type: 'ssh', host: 'box', ...keys }, '/repo');

test('files are those of the repository, or of the home directory', () => {
  expect(of({ identity: 'keys/id', config: '~/.ssh/other' })).toMatchObject({
    identity: '/repo/keys/id',
    config: `${homedir()}/.ssh/other`,
    directory: '.agentrelay',
    reconnectTimeout: 1_800_000,
  });
  expect(of({ directory: '~/work/', reconnect_timeout: '90s' })).toMatchObject({
    directory: 'work',
    reconnectTimeout: 90_000,
  });
});

test('what ssh or a shell would take for something else is refused', () => {
  for (const keys of [{ host: '-oProxyCommand=x' }, { user: '-x' }, { directory: '$(x)' }, { directory: '../up' }]) {
    expect(() => of(keys)).toThrow(UserError);
  }
  expect(() => machineOf({ type: 'ssh' }, '/repo')).toThrow('which');
});

test('one machine is one connection, whatever its session and patience', () => {
  expect(keyOf(of({ session: 'a', reconnect_timeout: 5 }))).toBe(keyOf(of({ session: 'b' })));
  expect(keyOf(of({ user: 'x' }))).not.toBe(keyOf(of({ user: 'y' })));
  expect(nameOf(of({ user: 'x' }))).toBe('x@box');
});

test("options of the graph go before our patience, and after what a person's configuration must not change", () => {
  const machine = of({ options: ['ServerAliveInterval=1', 'BatchMode=no'], port: 2222, user: 'me' });
  const argv = masterArgv(machine, '/s');
  const at = (option: string) => argv.indexOf(option);
  expect(at('BatchMode=yes')).toBeLessThan(at('BatchMode=no'));
  expect(at('ServerAliveInterval=1')).toBeLessThan(at('ServerAliveInterval=5'));
  expect(argv.slice(argv.indexOf('--'), -1)).toEqual(['--', 'box']);
});

test('what goes through the connection never makes another one', () => {
  const argv = sessionArgv(of({}), '/s', 'true');
  expect(argv.slice(0, 6)).toEqual(['-S', '/s', '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false']);
});
