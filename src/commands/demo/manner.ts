/** How the demo's agents go about their work. */
export interface Manner {
  /** Seconds of a moment of "work". */
  readonly pause: number;
  /** Seconds of a small step of it. */
  readonly step: number;
  /** Somebody is there to be asked, and to try again what has failed. */
  readonly watched: boolean;
}

/** For a run that is read afterwards. */
export const BRISK: Manner = { pause: 0.6, step: 0, watched: false };

/** For a person who watches and acts: a run of a little more than a minute. `AGENTRELAY_DEMO_PACE=0.5` halves that. */
export function watchedManner({ AGENTRELAY_DEMO_PACE: given }: NodeJS.ProcessEnv): Manner {
  const pace = Number(given);
  const factor = pace > 0 && pace <= MOST ? pace : 1;
  return { pause: 4 * factor, step: 2 * factor, watched: true };
}

const MOST = 100;
