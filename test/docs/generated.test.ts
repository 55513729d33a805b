import { expect, test } from 'vitest';
import { PAGES, readPage } from './generate.ts';

test.each(Object.entries(PAGES))('docs/%s is up to date (npm run docs)', (name, make) => {
  const now = readPage(name);
  expect(now).toBe(make(now));
});
