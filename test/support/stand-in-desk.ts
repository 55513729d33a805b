import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { installStandIns, standInRecord, standInScripts } from './agents/install.ts';
import type { StandInFact, StandInScript } from './agents/script.ts';
import { privateTmux } from './tmux-server.ts';

type FactOf<K extends StandInFact['kind']> = Extract<StandInFact, { kind: K }>;

/** Stand-ins in panes of a private tmux server, with a home and a working directory of their own. */
export interface StandInDesk {
  readonly folder: string;
  readonly home: string;
  readonly work: string;
  readonly bin: string;
  /** Starts a program as task `task`, with this script, in a pane of 100 columns and 30 lines. */
  start(
    task: string,
    script: StandInScript,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** The screen without blanks at the ends of lines and without blank lines at its end. */
  screen(task: string): Promise<string>;
  /** Waits until the screen fits; the screen. */
  shows(task: string, what: RegExp): Promise<string>;
  title(task: string): Promise<string>;
  keys(task: string, ...keys: readonly string[]): Promise<void>;
  type(task: string, text: string): Promise<void>;
  paste(task: string, text: string): Promise<void>;
  record(task: string): readonly StandInFact[];
  /** Waits for the `number`th fact of this kind. */
  fact<K extends StandInFact['kind']>(task: string, kind: K, number?: number): Promise<FactOf<K>>;
  /** Waits for the end; its exit code. */
  ended(task: string): Promise<number>;
  end(): Promise<void>;
}

const WAIT = { timeout: 6_000, interval: 20 };

export function standInDesk(): StandInDesk {
  const tmux = privateTmux();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stand-in-')));
  const [home, work] = [join(folder, 'home'), join(folder, 'work')];
  for (const each of [home, work]) mkdirSync(each);
  const bin = installStandIns(folder);
  let isStarted = false;
  const at = (task: string) => ['-t', `=desk:=${task}`];
  const screen = async (task: string) =>
    (await tmux.run('capture-pane', '-p', ...at(task))).replace(/[ \n]+$/, '').replace(/ +$/gm, '');
  const record = (task: string) => standInRecord(folder, task);
  return {
    folder,
    home,
    work,
    bin,
    async start(task, script, argv, env = {}) {
      const all = { HOME: home, PATH: `${bin}:${process.env.PATH}`, AGENTRELAY_TASK: task, ...env };
      const given = { ...all, ...standInScripts(folder, { [task]: script }) };
      const flags = Object.entries(given).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
      if (!isStarted)
        await tmux.run(
          'new-session',
          '-d',
          '-s',
          'desk',
          '-x',
          '100',
          '-y',
          '30',
          ';',
          'set',
          '-g',
          'remain-on-exit',
          'on',
        );
      isStarted = true;
      await tmux.run(
        'new-window',
        '-d',
        '-t',
        'desk:',
        '-n',
        task,
        '-c',
        work,
        ...flags,
        join(bin, argv[0] ?? ''),
        ...argv.slice(1),
      );
    },
    screen,
    async shows(task, what) {
      return vi.waitFor(async () => {
        const text = await screen(task);
        if (!what.test(text)) throw new Error(`the screen of ${task} does not show ${what}:\n${text}`);
        return text;
      }, WAIT);
    },
    title: async (task) => (await tmux.run('display', '-p', ...at(task), '#{pane_title}')).trim(),
    async keys(task, ...keys) {
      await tmux.run('send-keys', ...at(task), ...keys);
    },
    async type(task, text) {
      await tmux.run('send-keys', '-l', ...at(task), '--', text);
    },
    async paste(task, text) {
      const file = join(folder, `${task}.paste`);
      writeFileSync(file, text);
      await tmux.run('load-buffer', '-b', task, file, ';', 'paste-buffer', '-d', '-p', '-r', '-b', task, ...at(task));
    },
    record,
    fact: (task, kind, number = 1) =>
      vi.waitFor(() => {
        const found = record(task).filter((fact) => fact.kind === kind)[number - 1];
        if (found === undefined)
          throw new Error(`no ${kind} number ${number} of ${task}: ${JSON.stringify(record(task))}`);
        return found as FactOf<typeof kind>;
      }, WAIT),
    // The exit status is asked of the record: tmux loses it now and then.
    ended: (task) =>
      vi.waitFor(async () => {
        const state = await tmux.run('display', '-p', ...at(task), '#{pane_dead}');
        const exited = record(task).findLast((fact) => fact.kind === 'exited');
        if (state.trim() !== '1' || exited === undefined) throw new Error(`${task} has not ended`);
        return exited.code;
      }, WAIT),
    async end() {
      await tmux.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The text of a file that is there sooner or later, and fits. */
export function fileWith(path: string, what: RegExp): Promise<string> {
  return vi.waitFor(() => {
    const text = readFileSync(path, 'utf8');
    if (!what.test(text)) throw new Error(`${path} does not hold ${what}:\n${text}`);
    return text;
  }, WAIT);
}
