import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/** A network namespace for each name, tied to this machine by a cable of its own that can be cut. */
export class PrivateNetworks {
  readonly #names: readonly string[];
  readonly #id: string;
  /** Null where the machine lets nobody make any: all is on the loopback then. */
  readonly #prefix: string | null;

  private constructor(names: readonly string[], id: string, prefix: string | null) {
    this.#names = names;
    this.#id = id;
    this.#prefix = prefix;
  }

  static make(names: readonly string[]): PrivateNetworks {
    const id = randomBytes(3).toString('hex');
    const made = new PrivateNetworks(names, id, freePrefix());
    try {
      for (const name of names) made.#join(name);
      return made;
    } catch {
      made.remove();
      return new PrivateNetworks(names, id, null);
    }
  }

  get areThere(): boolean {
    return this.#prefix !== null;
  }

  /** Reached from everywhere. */
  get controller(): string {
    return this.#here(this.#names[0] as string);
  }

  address(name: string): string {
    return this.#prefix === null ? '127.0.0.1' : `${this.#prefix}.${this.#at(name) * 4 + 2}`;
  }

  /** `ip netns exec` would hide the control groups. */
  inside(name: string, argv: readonly string[]): string[] {
    return this.#prefix === null ? [...argv] : ['nsenter', `--net=/run/netns/${this.#space(name)}`, ...argv];
  }

  cut(name: string): void {
    ip('link', 'set', this.#cable(name), 'down');
  }

  heal(name: string): void {
    ip('link', 'set', this.#cable(name), 'up');
  }

  /** Any number of times. */
  remove(): void {
    if (this.#prefix === null) return;
    for (const name of this.#names) {
      for (const args of [
        ['link', 'del', this.#cable(name)],
        ['netns', 'del', this.#space(name)],
      ]) {
        try {
          ip(...args);
        } catch {
          // It was never made.
        }
      }
    }
  }

  #join(name: string): void {
    const [space, cable, end] = [this.#space(name), this.#cable(name), `${this.#cable(name)}e`];
    ip('netns', 'add', space);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', end, 'netns', space);
    ip('addr', 'add', `${this.#here(name)}/30`, 'dev', cable);
    ip('link', 'set', cable, 'up');
    ip('-n', space, 'addr', 'add', `${this.address(name)}/30`, 'dev', end);
    ip('-n', space, 'link', 'set', end, 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
    ip('-n', space, 'route', 'add', 'default', 'via', this.#here(name));
  }

  #here(name: string): string {
    return this.#prefix === null ? '127.0.0.1' : `${this.#prefix}.${this.#at(name) * 4 + 1}`;
  }

  #at(name: string): number {
    return this.#names.indexOf(name);
  }

  #space(name: string): string {
    return `agentrelay-${this.#id}-${name}`;
  }

  /** Names of interfaces have 15 characters at most. */
  #cable(name: string): string {
    return `ar${this.#id}${name}`;
  }
}

function freePrefix(): string {
  const taken = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.map(({ address }) => address) ?? [],
  );
  for (;;) {
    const [a = 0, b = 0] = randomBytes(2);
    const prefix = `10.${200 + (a % 50)}.${b}`;
    if (!taken.some((address) => address.startsWith(`${prefix}.`))) return prefix;
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
