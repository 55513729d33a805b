import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { DEFAULT_CONFIG } from '../../src/core/user-config/user-config.ts';
import { FileError } from '../../src/steps/tools/file-problems.ts';
import { configFile, loadUserConfig, parseUserConfig } from '../../src/steps/user-config.ts';
import { CONFIG_NAMES as names } from '../../src/ui/config-names.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'agentrelay-config-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** As `line:column: path: message (hint)`. */
function problemsOf(text: string): string[] {
  try {
    parseUserConfig(text, 'c.yaml', names);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    expect(error).toBeInstanceOf(UserError);
    return error.message.split('\n').map((line) => line.replace('c.yaml:', ''));
  }
  throw new Error('the text is a good config');
}

test('what the file says stands beside what it leaves out, with keys as they are pressed', () => {
  const text = `
dashboard:
  theme: light
  colours: {good: bright-green, bad: "#ff0000", quiet: 244}
  screen_reader: true
  panel: 0
  keys:
    retry: R
    teardown: [Ctrl-T, <a-t>]
    previous: []
notify:
  bell: false
  command: [notify-send, '{title}', '{text}']
frameworks:
  codex: {program: [/opt/codex], keys: {approve: [y]}}
`;
  expect(parseUserConfig(text, 'c.yaml', names)).toEqual({
    dashboard: {
      theme: 'light',
      colours: { good: 'bright-green', bad: '#ff0000', quiet: 244 },
      glyphs: 'unicode',
      screenReader: true,
      panel: 0,
      sort: 'graph',
      keys: { retry: ['R'], teardown: ['ctrl+t', 'alt+t'], previous: [] },
    },
    notify: { bell: false, osc9: true, command: ['notify-send', '{title}', '{text}'] },
    frameworks: { codex: { program: ['/opt/codex'], keys: { approve: ['y'] } } },
  });
});

test.each(['', '\n', '\ufeff# nothing yet\r\n\r\n  # at all', 'dashboard: {}', 'notify: {}\ndashboard: {keys: {}}'])(
  'a file that sets nothing is a good one: %j',
  (text) => expect(parseUserConfig(text, 'c.yaml', names)).toEqual(DEFAULT_CONFIG),
);

function problemsIn(text: string): string {
  try {
    parseUserConfig(text, 'c.yaml', names);
  } catch (error) {
    return String((error as Error).message);
  }
  return '';
}

describe('problems', () => {
  test('of presets come with their places: patterns, keys, placeholders, what they extend', () => {
    const text = `frameworks:
  qwen: {extends: gemni}
  mine: {start: ['{promt}', 'x{prompt_args}'], screen: {busy: ['(']}}
  a: {extends: b}
  b: {extends: a}
  codex: {keys: {approve: ['the y key']}, progam: [x]}
  command: {program: [x]}
`;
    const lines = problemsIn(text);
    for (const part of [
      'c.yaml:3:18: frameworks.mine.start[0]: unknown placeholder',
      'c.yaml:3:29: frameworks.mine.start[1]: {prompt_args} stands for several arguments',
      'is not a regular expression',
      'is not the name of a key',
      "unknown key 'progam' (did you mean program?)",
    ]) {
      expect(lines).toContain(part);
    }
    const later = problemsIn(
      'frameworks:\n  qwen: {extends: gemni}\n  mine: {}\n  a: {extends: b}\n  b: {extends: a}\n  command: {}\n',
    );
    for (const part of [
      "c.yaml:2:19: frameworks.qwen.extends: there is no preset 'gemni'",
      'did you mean gemini',
      "c.yaml:3:3: frameworks.mine: it extends no other, so it needs a 'program'",
      "frameworks.a.extends: it extends itself, through 'b'",
      "c.yaml:6:3: frameworks.command: 'command' runs what the graph file says",
    ]) {
      expect(later).toContain(part);
    }
  });

  test('come with their places, all at once, and a near name', () => {
    const text = `dashboard:
  them: dark
  colours: {god: green, bad: redd, warn: 256}
  panel: 12
  keys:
    rety: R
    why: [W, F5]
    zoom: 5
notify: {bell: yes}
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^2:3: dashboard.them: unknown key 'them' \(.*did you mean theme\?\)/),
      expect.stringMatching(/^3:13: dashboard.colours.god: unknown key 'god' \(.*did you mean good\?\)/),
      expect.stringMatching(/^3:30: dashboard.colours.bad: 'redd' is not a colour \(allowed: red, /),
      expect.stringMatching(/^3:42: dashboard.colours.warn: '256' is not a colour/),
      '4:10: dashboard.panel: the number is out of bounds (allowed: at most 8)',
      "6:5: dashboard.keys.rety: unknown key 'rety' (did you mean retry?)",
      expect.stringMatching(/^7:14: dashboard.keys.why\[1\]: 'F5' cannot be a key: /),
      '8:11: dashboard.keys.zoom: expected text or a list, found the number 5 (did you mean "5"?)',
      "9:16: notify.bell: expected true or false, found the text 'yes' (did you mean true?)",
    ]);
  });

  test('of keys that clash stand at the key that is to blame', () => {
    const text = `dashboard:
  keys:
    retry: [R, <C-c>]
    filter: r
    sort: r
    help: h
    pause: []
    down: j
`;
    expect(problemsOf(text)).toEqual([
      '3:16: dashboard.keys.retry[1]: Ctrl-C is interrupt already, in the list: that one keeps its keys',
      '5:11: dashboard.keys.sort: r is filter already, in the list: another key for filter makes room',
      '6:5: dashboard.keys.help: help keeps its keys: by default: ?',
      '7:5: dashboard.keys.pause: pause would have no key left: by default: p',
      expect.stringMatching(/^8:11: dashboard.keys.down: down needs a key that types nothing, too: /),
    ]);
  });

  test('of the command for notifications stand at its argument', () => {
    expect(problemsOf("notify:\n  command: [say, '{titel}']\n")).toEqual([
      "2:18: notify.command[1]: unknown placeholder '{titel}' (allowed: {title} {text})",
    ]);
    expect(problemsOf('notify:\n  command: say {title}\n')).toEqual([expect.stringMatching(/^2:12: notify.command: /)]);
  });

  test('of the YAML itself come first', () => {
    expect(problemsOf('dashboard:\n  keys:\n    x: ]\n')).toEqual([expect.stringMatching(/^3:8: not valid YAML/)]);
    expect(problemsOf('- a\n')).toEqual(['1:1: expected a map (key: value), found a list']);
    expect(problemsOf('notify: {}\nnotify: {}\n')).toEqual([expect.stringMatching(/^2:1: /)]);
  });

  test('show what a file holds without acting on it', () => {
    expect(problemsOf('dashboard: {keys: {retry: "\\e]52;c;x\\a"}}')[0]).not.toMatch(/\p{Cc}/u);
  });
});

describe('the file', () => {
  test('is that of AGENTRELAY_CONFIG, or of XDG_CONFIG_HOME, or of the home folder', () => {
    expect(configFile({ AGENTRELAY_CONFIG: '/x/y.yaml', XDG_CONFIG_HOME: '/c' }, '/h')).toEqual({
      path: '/x/y.yaml',
      isNamed: true,
    });
    expect(configFile({ AGENTRELAY_CONFIG: '', XDG_CONFIG_HOME: '/c' }, '/h').path).toBe('/c/agentrelay/config.yaml');
    expect(configFile({ XDG_CONFIG_HOME: 'relative' }, '/h').path).toBe('/h/.config/agentrelay/config.yaml');
    expect(configFile({}, '/h')).toEqual({ path: '/h/.config/agentrelay/config.yaml', isNamed: false });
  });

  test('may be missing, unless it was named', async () => {
    expect(await loadUserConfig({ env: {}, home: join(home, 'nobody'), names: async () => names })).toEqual(
      DEFAULT_CONFIG,
    );
    const missing = loadUserConfig({
      env: { AGENTRELAY_CONFIG: join(home, 'none.yaml') },
      home,
      names: async () => names,
    });
    await expect(missing).rejects.toThrow(/none\.yaml: there is no such file \(AGENTRELAY_CONFIG names it\)/);
  });

  test('is read, and is named in its problems', async () => {
    const folder = join(home, '.config', 'agentrelay');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.yaml'), 'dashboard: {sort: time}\n');
    expect((await loadUserConfig({ env: {}, home, names: async () => names })).dashboard.sort).toBe('time');
    writeFileSync(join(folder, 'config.yaml'), 'dashboard: {sort: tim}\n');
    const file = join(folder, 'config.yaml').replaceAll('.', '\\.');
    await expect(loadUserConfig({ env: {}, home, names: async () => names })).rejects.toThrow(
      new RegExp(`^${file}:1:19: dashboard.sort: unknown sort 'tim' .*did you mean time`),
    );
  });

  test('that is no text is refused, not passed over', async () => {
    const folder = join(home, 'odd', 'agentrelay', 'config.yaml');
    mkdirSync(folder, { recursive: true });
    const loading = loadUserConfig({ env: { XDG_CONFIG_HOME: join(home, 'odd') }, home, names: async () => names });
    await expect(loading).rejects.toThrow(/config\.yaml: is a folder, not a config file/);
  });
});
