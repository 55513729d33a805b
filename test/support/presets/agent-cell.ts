import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { EventKind } from '../../../src/core/events.ts';
import { type Need, needsYou } from '../../../src/core/needs.ts';
import { standInRecord } from '../agents/install.ts';
import type { StandInFact } from '../agents/script.ts';
import { type Project, SOCKET } from '../run-fixture.ts';
import type { EventOf, JournalFeed } from './journal-feed.ts';
import type { Preset } from './preset-table.ts';

type Seen<K extends StandInFact['kind']> = Extract<StandInFact, { kind: K }>;

/** Its script may wait for it; there once the test releases it. */
export function goFile({ folder }: Project, task: string): string {
  return join(folder, `${task}.go`);
}

/** One task of a run whose agent is a stand-in, as a test follows and answers it. */
export class AgentCell {
  readonly preset: Preset;
  readonly task: string;
  readonly project: Project;
  readonly #feed: JournalFeed;
  readonly #fill: (row: string, happened: string) => void;
  readonly #told = new Set<string>();
  #seen = 0;

  constructor(
    preset: Preset,
    task: string,
    options: { project: Project; feed: JournalFeed; fill: (row: string, happened: string) => void },
  ) {
    this.preset = preset;
    this.task = task;
    this.project = options.project;
    this.#feed = options.feed;
    this.#fill = options.fill;
  }

  /** Fills in the table. */
  tell(row: string, happened: string): void {
    this.#fill(row, happened);
    this.#told.add(row);
  }

  hasTold(row: string): boolean {
    return this.#told.has(row);
  }

  /** The next event of this kind, after the one that was waited for before. */
  async next<K extends EventKind>(kind: K, fits: (event: EventOf<K>) => boolean = () => true): Promise<EventOf<K>> {
    const event = await this.#feed.findOf(this.task, [kind], this.#seen, fits);
    this.#seen = event.seq;
    return event;
  }

  /** The next of any of these kinds. */
  async nextOf<K extends EventKind>(kinds: readonly K[]): Promise<EventOf<K>> {
    const event = await this.#feed.findOf(this.task, kinds, this.#seen);
    this.#seen = event.seq;
    return event;
  }

  /** The first event of this kind, whatever was waited for before. */
  async event<K extends EventKind>(kind: K): Promise<EventOf<K>> {
    return await this.#feed.findOf(this.task, [kind], 0);
  }

  /** All of this kind up to now. */
  all<K extends EventKind>(kind: K): EventOf<K>[] {
    return this.#feed.all(this.task, kind);
  }

  async #ask(verb: 'answer' | 'send', text: string): Promise<void> {
    const { code, stderr } = await this.project.run(verb, this.task, text, '-L', SOCKET);
    if (code !== 0 || stderr !== '') throw new Error(`agentrelay ${verb} ${this.task} ${text}: ${code} ${stderr}`);
  }

  async answer(text: string): Promise<void> {
    await this.#ask('answer', text);
  }

  async send(text: string): Promise<void> {
    await this.#ask('send', text);
  }

  /** Waits until there is a request for it that the owner can see. */
  async asked(): Promise<void> {
    const folder = join(this.project.repo, '.workflow/presets/runs/1/commands');
    const isOwn = (name: string) => readFileSync(join(folder, name), 'utf8').includes(`"${this.task}"`);
    await this.#feed.poll(`request for ${this.task}`, () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .find(isOwn),
    );
  }

  /** What a person is needed for, as the journal has it. */
  need(): Need | null {
    const task = this.#feed.state().tasks.get(this.task);
    return task === undefined ? null : needsYou(task);
  }

  /** For who looks for what went wrong. */
  screen(): string {
    const { agent } = this.all('task_launched').at(-1) ?? {};
    return this.project.tmux('capture-pane', '-p', '-t', agent?.split(':')[1] ?? '')?.trimEnd() ?? 'its window is gone';
  }

  /** As a person does who has attached to the agent's window. */
  press(...keys: string[]): void {
    const { agent } = this.all('task_launched').at(-1) ?? {};
    this.project.tmux('send-keys', '-t', agent?.split(':')[1] ?? '', ...keys);
  }

  /** Makes the file for which its script may wait. */
  release(): void {
    writeFileSync(goFile(this.project, this.task), '');
  }

  facts<K extends StandInFact['kind']>(kind: K): Seen<K>[] {
    return standInRecord(this.project.folder, this.task).filter((fact) => fact.kind === kind) as Seen<K>[];
  }

  /** Waits for the `number`th fact of this kind of the stand-in. */
  async fact<K extends StandInFact['kind']>(kind: K, number = 1): Promise<Seen<K>> {
    return await this.#feed.poll(`${kind} ${number} of ${this.task}`, () => this.facts(kind)[number - 1]);
  }

  /** Its prompts were taken once each, and no key was pressed that does harm or means nothing; how the first was seen. */
  treated(): string {
    const [waiting, ...others] = this.all('task_waiting');
    expect(others).toEqual([]);
    const prompts = this.facts('prompt').map(({ text }) => text);
    expect(prompts).toEqual([...new Set(prompts)]);
    if (this.preset !== 'command') expect(prompts[0]).toMatch(/^Read .*instructions\.md and follow it\.\s*$/);
    expect(this.facts('mistake')).toEqual([]);
    expect(this.facts('answer').filter(({ bad }) => bad)).toEqual([]);
    const { seen_by = '?', tries = 0 } = waiting ?? {};
    expect(seen_by === 'process').toBe(this.preset === 'command');
    return `prompt seen by ${seen_by}${tries > 1 ? ` after ${tries} tries` : ''}`;
  }

  /** The attempt is merged; in words. */
  async merged(): Promise<string> {
    expect(await this.next('task_succeeded')).toMatchObject({ status: 'pr_merged', attempt: 1 });
    return `${this.treated()}, merged`;
  }
}
