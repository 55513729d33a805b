import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseCredentials } from '../../src/core/credentials/parse.ts';
import { presetPatchSchema } from '../../src/core/frameworks/preset-schema.ts';
import { userConfigSchema } from '../../src/core/user-config/schema.ts';
import { DEFAULT_CONFIG } from '../../src/core/user-config/user-config.ts';
import { parseGraph } from '../../src/steps/tools/graph-file.ts';
import { readYaml } from '../../src/steps/tools/graph-yaml.ts';
import { parseUserConfig } from '../../src/steps/user-config.ts';
import { CONFIG_NAMES } from '../../src/ui/config-names.ts';

const root = resolve(import.meta.dirname, '../..');
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...docs.map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

const examples = pages.flatMap((page) =>
  [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => [page, text] as const),
);
const graphs = examples.filter(([page]) => page !== 'docs/config.md');
const configs = examples.filter(([page]) => page === 'docs/config.md');

test('some pages show a graph', () => expect(graphs.map(([page]) => page)).toContain('README.md'));

test.each(graphs)('the graph in %s is a good one', (page, text) => {
  expect(parseGraph(text, page).tasks.length).toBeGreaterThan(0);
});

test.each(configs)('the config in %s is a good one, and says something', (page, text) => {
  expect(parseUserConfig(text, page, CONFIG_NAMES)).not.toEqual(DEFAULT_CONFIG);
});

test('the credentials file in docs/credentials.md is a good one', () => {
  const [, text = ''] = /```yml\n([\s\S]*?)```/.exec(read('docs/credentials.md')) ?? [];
  const readNamed = () => ({ absolute: '/file', content: 'a secret', secrets: [] });
  const { credentials, problems } = parseCredentials(readYaml(text).value, '/c.yaml', readNamed);
  expect(problems).toEqual([]);
  expect(Object.keys(credentials?.tiers ?? {})).toEqual(['read_only', 'standard', 'elevated']);
});

test('docs/config.md has a row for every key of the config file, and names every meaning of a colour', () => {
  const text = read('docs/config.md');
  const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
  const { dashboard, notify } = userConfigSchema(CONFIG_NAMES).shape;
  expect(rows).toEqual(
    [dashboard.unwrap(), notify.unwrap(), presetPatchSchema].flatMap(({ shape }) => Object.keys(shape)),
  );
  expect(text).toContain(`for ${CONFIG_NAMES.tones.map((tone) => `\`${tone}\``).join(' ')}.`);
});

test.each(pages)('what %s links to is there', (page) => {
  const text = read(page).replace(/```[\s\S]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.includes('://'));
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
    expect(existsSync(file), link).toBe(true);
    if (anchor !== undefined) expect(headings(readFileSync(file, 'utf8')), link).toContain(anchor);
  }
});

/** As the usual Markdown hosts name them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('ARCHITECTURE.md is at most 120 lines, and the files and folders that it names exist', () => {
  const text = read('ARCHITECTURE.md');
  expect(text.split('\n').length).toBeLessThanOrEqual(121);
  const named = [...text.matchAll(/`((?:src|test|bin|docs|dev|bench)\/[\w./-]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
