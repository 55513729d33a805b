import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A podman with images, containers and settings of its own. */
export interface PrivatePodman {
  /** Has git, a shell and what the owner's Node needs. */
  readonly image: string;
  /** To be in the environment of whoever is to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Its output; throws where it fails. */
  run(...args: string[]): string;
  /** Names of all containers, whatever became of them. */
  containers(): string[];
  /** The same of those that were made for one repository. */
  containersOf(repository: string): string[];
  /** With all of its containers. */
  remove(): void;
}

const IMAGE = 'localhost/agentrelay-test:1';

/** With one image, made from this machine's own files: no network is needed. */
export function privatePodman(): PrivatePodman {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-podman-')));
  const write = (name: string, lines: readonly string[]) => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  const env = {
    CONTAINERS_CONF: write('containers.conf', containers(folder)),
    CONTAINERS_STORAGE_CONF: write('storage.conf', storage(folder)),
    CONTAINERS_REGISTRIES_CONF: write('registries.conf', ['unqualified-search-registries = []']),
  };
  const run = (...args: string[]) =>
    execFileSync('podman', args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' }).trim();
  const podman: PrivatePodman = {
    image: IMAGE,
    env,
    run,
    containers: () => run('ps', '-a', '--format', '{{.Names}}').split('\n').filter(Boolean),
    containersOf(repository) {
      const filter = `label=agentrelay.repository=${join(repository, '.git')}`;
      return run('ps', '-a', '--filter', filter, '--format', '{{.Names}}').split('\n').filter(Boolean);
    },
    remove() {
      const ids = run('ps', '-a', '-q').split('\n').filter(Boolean);
      if (ids.length > 0) run('rm', '-f', '-t', '0', ...ids);
      // Layers belong to the engine, which alone knows how to let go of them.
      run('rmi', '-f', IMAGE);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  importImage(podman, join(folder, 'root'));
  return podman;
}

/** As containers start on machines without systemd, and where limits cannot be raised. With the host's own network. */
function containers(folder: string): string[] {
  const engine = { runtime: 'runc', cgroup_manager: 'cgroupfs', events_logger: 'file', lock_type: 'file' };
  const folders = { tmp_dir: join(folder, 'tmp'), volume_path: join(folder, 'volumes') };
  return [
    '[containers]',
    'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
    'netns = "host"',
    '[engine]',
    ...Object.entries({ ...engine, ...folders }).map(([key, value]) => `${key} = "${value}"`),
  ];
}

function storage(folder: string): string[] {
  const roots = [`graphroot = "${join(folder, 'graph')}"`, `runroot = "${join(folder, 'run')}"`];
  return ['[storage]', 'driver = "overlay"', ...roots];
}

function importImage(podman: PrivatePodman, root: string): void {
  for (const name of ['bin', 'usr/bin', 'tmp', 'etc', 'proc', 'sys', 'dev', 'run', 'var/tmp']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  for (const name of ['tmp', 'var/tmp']) chmodSync(join(root, name), 0o1777);
  const busybox = programPath('busybox');
  cpSync(busybox, join(root, 'bin/busybox'), { dereference: true });
  for (const name of lines(busybox, '--list'))
    if (!/^(sh|busybox)$/.test(name)) symlinkSync('busybox', join(root, 'bin', name));
  // What it is on Debian, and the Node that runs the tests is linked against the same library.
  copyWithLibraries('/bin/sh', join(root, 'bin/sh'), root);
  copyWithLibraries(programPath('git'), join(root, 'usr/bin/git'), root);
  // What git has its other side be, when it pushes to a folder.
  for (const name of ['git-receive-pack', 'git-upload-pack']) symlinkSync('git', join(root, 'usr/bin', name));
  copyLibraries(process.execPath, root);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  const archive = `${root}.tar`;
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  podman.run('import', '--change', 'ENV PATH=/usr/bin:/bin', archive, IMAGE);
  rmSync(archive);
  rmSync(root, { recursive: true });
}

function copyWithLibraries(program: string, to: string, root: string): void {
  cpSync(realpathSync(program), to);
  copyLibraries(program, root);
}

function copyLibraries(program: string, root: string): void {
  const found = lines('ldd', realpathSync(program)).flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  for (const path of found) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), readFileSync(path), { mode: 0o755 });
  }
}

function programPath(name: string): string {
  return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

function lines(program: string, ...args: string[]): string[] {
  return execFileSync(program, args, { encoding: 'utf8' }).split('\n').filter(Boolean);
}
