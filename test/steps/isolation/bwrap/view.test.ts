import { describe, expect, test } from 'vitest';
import { arrange, bwrapOptions, type Sight } from '../../../../src/steps/isolation/bwrap/view.ts';

const hide = (path: string): Sight => ({ kind: 'hide', path });
const show = (path: string): Sight => ({ kind: 'show', path });
const veil = (path: string): Sight => ({ kind: 'veil', path });
const link = (path: string, target: string): Sight => ({ kind: 'link', path, target });
const bind = (path: string, access: 'ro' | 'rw' = 'rw', source = path): Sight => ({
  kind: 'bind',
  path,
  source,
  access,
});

const told = (...sights: Sight[]) => arrange(sights).map(({ kind, path }) => `${kind} ${path}`);

describe('what makes a difference is mounted', () => {
  test('a folder before what is in it, whatever the order that it is told in', () => {
    expect(
      told(bind('/home/me/repo/w'), hide('/home/me/repo'), bind('/tmp/x'), hide('/home/me'), hide('/tmp')),
    ).toEqual(['hide /tmp', 'bind /tmp/x', 'hide /home/me', 'hide /home/me/repo', 'bind /home/me/repo/w']);
  });

  test('what is to be seen only where it would be hidden', () => {
    expect(told(hide('/home'), show('/usr/bin/node'), show('/home/bin/node'))).toEqual([
      'hide /home',
      'show /home/bin/node',
    ]);
    expect(told(hide('/home'), show('/home/pkg/bin/x'), show('/home/pkg'))).toEqual(['hide /home', 'show /home/pkg']);
    expect(told(hide('/home'), bind('/home/w'), show('/home/w/bin/x'))).toEqual(['hide /home', 'bind /home/w']);
  });

  test('links only where they are hidden, and not in a folder that has them', () => {
    const one = link('/home/bin/x', '../pkg/x');
    expect(told(hide('/home'), one)).toEqual(['hide /home', 'link /home/bin/x']);
    expect(told(hide('/home'), one, show('/home/bin'))).toEqual(['hide /home', 'show /home/bin']);
    expect(told(one)).toEqual([]);
  });

  test('a veil over what is not hidden anyway', () => {
    expect(told(hide('/home'), veil('/home/c.yaml'), veil('/etc/c.yaml'))).toEqual(['hide /home', 'veil /etc/c.yaml']);
    expect(told(hide('/home'), bind('/home/d'), veil('/home/d/c.yaml'))).toEqual([
      'hide /home',
      'bind /home/d',
      'veil /home/d/c.yaml',
    ]);
  });
});

describe('of two at one place', () => {
  test('a mount lies over what is hidden, and the later over the earlier', () => {
    expect(arrange([bind('/home/me', 'ro'), hide('/home/me'), bind('/home/me', 'rw')])).toEqual([
      bind('/home/me', 'rw'),
    ]);
  });

  test('a veil lies over every mount', () => {
    expect(told(veil('/d/c.yaml'), bind('/d/c.yaml'))).toEqual(['veil /d/c.yaml']);
  });
});

test('what is hidden is so too where a folder around it is mounted elsewhere', () => {
  const mounts = arrange([veil('/home/me/secrets/c.yaml'), hide('/home/me/repo'), bind('/data', 'ro', '/home/me')]);
  expect(mounts.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'bind /data',
    'hide /data/repo',
    'hide /home/me/repo',
    'veil /data/secrets/c.yaml',
    'veil /home/me/secrets/c.yaml',
  ]);
});

test('the options of bwrap', () => {
  const sights = [
    { kind: 'hide', path: '/r', frozen: true } as const,
    bind('/r/w'),
    bind('/r/.git', 'ro', '/real'),
    link('/r/l', 'to'),
    { kind: 'folder', path: '/r/f' } as const,
    show('/r/s'),
    veil('/c'),
  ];
  expect(bwrapOptions(arrange(sights)).join(' ')).toBe(
    [
      '--perms 0700 --tmpfs /r --ro-bind /dev/null /c --bind /r/w /r/w --ro-bind /real /r/.git --symlink to /r/l',
      '--dir /r/f --ro-bind /r/s /r/s --remount-ro /r',
    ].join(' '),
  );
});
