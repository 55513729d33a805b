import { existsSync } from 'node:fs';
import { absence, markOf, passes } from './crash-cases.ts';
import type { Journey, Leg } from './go.ts';
import { SOCKET } from './place.ts';
import { between, randomFrom } from './random.ts';
import type { SweepCase } from './sweep.ts';

/** The tmux server ends just after event `seq`, alone or together with the owner. */
export function tmuxGoneAt(seq: number, killOwner: boolean, seed: number): SweepCase {
  return {
    name: `tmux killed after event ${seq}, the owner ${killOwner ? 'too' : 'stays'}`,
    mayRetry: true,
    again: killOwner ? 0 : 1,
    legs: (place) => [
      {
        act: { seq, when: 'after', tmuxSocket: SOCKET, killOwner, mark: markOf(place) },
        absence: absence(randomFrom(seed * 1_000 + seq)),
      },
    ],
    hit: (_, place) => existsSync(markOf(place)),
    alsoWrong: killOwner ? () => [] : ownerLeft,
  };
}

/** The tmux server ends one to three times at random times, half of the time with the owner. */
export function tmuxGoneAtRandom(number: number, seed: number, duration: number): SweepCase {
  const random = randomFrom(seed * 7_919 + number);
  const legs = Array.from({ length: between(random, 1, 3) }, (_, at) => {
    const after = between(random, at === 0 ? 100 : 200, Math.round(duration / (at === 0 ? 1 : 2)));
    return { after, killOwner: random() < 0.5, absence: absence(random) };
  });
  let hits = 0;
  return {
    name: `random run ${number}`,
    mayRetry: true,
    again: 1,
    place: { pause: 0.1 },
    legs: (place) =>
      legs.map(
        ({ after, killOwner, absence }): Leg => ({
          absence,
          async harm(owner, ended) {
            if (!(await passes(after, ended))) return;
            hits++;
            place.tmux('kill-server');
            if (killOwner) owner.kill();
          },
        }),
      ),
    hit: () => hits > 0,
    alsoWrong: ownerLeft,
  };
}

/** An owner that loses tmux makes a new server, and goes on. */
function ownerLeft({ ends }: Journey): string[] {
  return ends.slice(0, -1).flatMap(({ code }) => (code === null ? [] : [`the owner exited with ${code}`]));
}
