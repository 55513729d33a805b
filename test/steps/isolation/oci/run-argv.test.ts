import { describe, expect, test } from 'vitest';
import { containerName } from '../../../../src/steps/isolation/oci/names.ts';
import { runArgv } from '../../../../src/steps/isolation/oci/run-argv.ts';
import { passedVariables } from '../../../../src/steps/isolation/oci/variables.ts';
import type { SandboxUse } from '../../../../src/steps/isolation/sandbox.ts';
import { temporaryFolder } from '../../../support/git-repository.ts';
import { containerUse } from '../../../support/places/sandbox-use.ts';

const podman = { name: 'podman', program: '/usr/bin/podman' } as const;
const docker = { name: 'docker', program: '/usr/bin/docker' } as const;

function argvOf(use: SandboxUse, changes: Partial<Parameters<typeof runArgv>[2]> = {}): string[] {
  return runArgv(['/bin/sh', '/bin/wrapper', 'a b'], use, {
    ...{ engine: podman, image: 'img', user: ['--user=1:2'], home: '/home/me', path: '/bin' },
    ...{ mounts: [], variables: ['AGENTRELAY_TOKEN'] },
    ...changes,
  });
}

describe('the client of a container', () => {
  test('names it, says what it is, and gives its variables by name', () => {
    const argv = argvOf(containerUse(temporaryFolder()));
    expect(argv).toEqual([
      ...['/usr/bin/podman', 'run', expect.stringMatching(/^--name=agentrelay-g-1-task-1-agent-[0-9a-f]{12}$/)],
      ...['--label=agentrelay.graph=g', '--label=agentrelay.run=1', '--label=agentrelay.task=task'],
      ...['--label=agentrelay.attempt=1', '--label=agentrelay.purpose=agent'],
      ...[expect.stringMatching(/^--label=agentrelay.token=[0-9a-f]{32}$/), '--label=agentrelay.repository=/repo/.git'],
      ...['--pull=never', '--log-driver=none', '--sig-proxy=false', '--interactive', '--tty', '--detach-keys='],
      ...['--user=1:2', '--read-only', '--cap-drop=all'],
      ...['--security-opt=no-new-privileges', '--security-opt=label=disable'],
      '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777',
      '--tmpfs=/var/tmp:rw,exec,nosuid,nodev,mode=1777',
      '--tmpfs=/home/me:rw,exec,nosuid,nodev,mode=1777',
      ...['--env=HOME=/home/me', '--env=PATH=/bin', '--env=AGENTRELAY_TOKEN'],
      ...['--workdir=/repo/.worktrees/g/default', '--entrypoint=/bin/sh', 'img', '/bin/wrapper', 'a b'],
    ]);
    expect(argv).not.toContain('--rm');
  });

  test('of a gate has no terminal, and another name', () => {
    const gate = containerUse(temporaryFolder(), { purpose: 'gate', tty: false });
    const argv = argvOf(gate);
    expect(argv.filter((word) => /^--(interactive|tty|detach)/.test(word))).toEqual([]);
    expect(containerName(gate)).toMatch(/^agentrelay-g-1-task-1-gate-/);
  });

  test('sets limits, and takes the network away', () => {
    const argv = argvOf(containerUse(temporaryFolder(), { isolation: { cpus: 1.5, memory: '4G', network: false } }));
    expect(argv).toEqual(expect.arrayContaining(['--cpus=1.5', '--memory=4g', '--network=none']));
  });

  test('mounts whatever a path is called', () => {
    const mounts = [
      { source: '/a', target: '/b', readOnly: false },
      { source: '/it,s', target: '/a "b"', readOnly: true },
    ];
    const argv = argvOf(containerUse(temporaryFolder()), { mounts });
    expect(argv.filter((_, at) => argv[at - 1] === '--mount')).toEqual([
      'type=bind,source=/a,target=/b',
      'type=bind,"source=/it,s","target=/a ""b""",readonly',
    ]);
  });

  test('of docker leaves Ctrl-P to the agent', () => {
    const keys = argvOf(containerUse(temporaryFolder()), { engine: docker }).find((word) => /detach/.test(word));
    expect(keys).toMatch(/^--detach-keys=ctrl-/);
    expect(keys).not.toMatch(/ctrl-[pq]/);
  });
});

describe('variables', () => {
  test('of its provider an agent gets those of its own program', () => {
    const codex = containerUse(temporaryFolder(), {}, { framework: 'codex' });
    const names = passedVariables(codex, ['AGENTRELAY_TOKEN', 'PATH'], {});
    expect(names).toEqual(expect.arrayContaining(['AGENTRELAY_TOKEN', 'OPENAI_API_KEY', 'GIT_AUTHOR_NAME', 'TERM']));
    expect(names).not.toContain('ANTHROPIC_API_KEY');
    expect(names).not.toContain('PATH');
  });

  test('settings of git that a person has given this way come along', () => {
    const client = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c', GIT_CONFIG_SYSTEM: '/x' };
    const names = passedVariables(containerUse(temporaryFolder()), ['GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_1'], client);
    expect(names.filter((name) => name.startsWith('GIT_CONFIG_')).sort()).toEqual([
      ...['GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_KEY_1', 'GIT_CONFIG_VALUE_0'],
    ]);
  });

  test('a gate gets none', () => {
    const gate = containerUse(temporaryFolder(), { purpose: 'gate' }, { framework: 'codex' });
    expect(passedVariables(gate, [], {}).filter((name) => /KEY|TOKEN/.test(name))).toEqual([]);
  });
});
