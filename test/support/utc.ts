import { afterAll, beforeAll } from 'vitest';

/** For a file whose programs tell times without a zone. */
export function inUtc(): void {
  const { TZ: zone } = process.env;
  beforeAll(() => {
    process.env.TZ = 'UTC';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
}
