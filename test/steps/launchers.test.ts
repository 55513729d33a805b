import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGENT_VERBS, readLauncherTarget, writeLaunchers } from '../../src/steps/launchers.ts';
import { temporaryFolder } from './instructions/briefing-fixture.ts';

test('each runs its verb with the arguments as they are, whatever the paths look like', () => {
  const folder = join(temporaryFolder(), `it's "odd" $(touch x) \`y\``);
  const bin = join(folder, 'bin');
  mkdirSync(folder);
  const node = join(folder, "no'de");
  symlinkSync(process.execPath, node);
  const agentScript = join(folder, 'agent.mjs');
  writeFileSync(agentScript, 'console.log(JSON.stringify([process.argv0, ...process.argv.slice(2)]));');
  writeLaunchers(bin, { node, agentScript });
  expect(readLauncherTarget(bin)).toEqual({ node, agentScript });
  expect(readdirSync(bin).sort()).toEqual(AGENT_VERBS.map((verb) => `agentrelay-${verb}`).sort());
  for (const verb of AGENT_VERBS) {
    const said = execFileSync(join(bin, `agentrelay-${verb}`), ['--message', 'a  b\n$HOME', ''], { encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual([node, verb, '--message', 'a  b\n$HOME', '']);
  }
});

test('are executable for all, whatever the umask, and left alone when they are right', () => {
  const bin = join(temporaryFolder(), 'bin');
  const target = { node: process.execPath, agentScript: '/opt/agent.js' };
  writeLaunchers(bin, target);
  const facts = () => readdirSync(bin).map((name) => statSync(join(bin, name), { bigint: true }));
  const before = facts();
  expect(before.every(({ mode }) => (mode & 0o777n) === 0o755n)).toBe(true);
  writeLaunchers(bin, target);
  expect(facts().map(({ ctimeNs }) => ctimeNs)).toEqual(before.map(({ ctimeNs }) => ctimeNs));
  chmodSync(join(bin, 'agentrelay-failed'), 0o644);
  writeLaunchers(bin, target);
  expect(statSync(join(bin, 'agentrelay-failed')).mode & 0o777).toBe(0o755);
  writeLaunchers(bin, { ...target, agentScript: '/opt/new.js' });
  expect(facts().every(({ ctimeNs }, i) => ctimeNs !== before[i]?.ctimeNs)).toBe(true);
});
