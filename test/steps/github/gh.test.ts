import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Gh } from '../../../src/steps/github/gh.ts';
import { GhError } from '../../../src/steps/github/gh-error.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const TOKEN = 'gho_0123456789abcdefghij';
const REPOSITORY = { host: 'github.com', owner: 'acme', name: 'widgets' };

interface Asked {
  readonly line: string;
  readonly token: string | undefined;
  readonly body: string;
}

type Answer = (asked: Asked, response: ServerResponse) => void;

/** gh on a machine where a local server is all there is of GitHub; what it asks is noted. */
async function desk(answer: Answer, options: { timeout?: number } = {}) {
  const folder = temporaryFolder();
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const one = {
      line: `${request.method} ${request.url}`,
      token: request.headers.authorization,
      body: await text(request),
    };
    asked.push(one);
    answer(one, response);
  });
  const socket = join(folder, 's');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = join(folder, 'config');
  mkdirSync(config);
  writeFileSync(join(config, 'config.yml'), `version: "1"\nhttp_unix_socket: ${socket}\n`);
  setEnvironment({ GH_CONFIG_DIR: config, GH_TOKEN: TOKEN, GITHUB_TOKEN: undefined, HOME: folder });
  const cacheFolder = join(folder, 'run', 'gh');
  return { folder, asked, cacheFolder, gh: new Gh({ repository: REPOSITORY, cacheFolder, ...options }) };
}

function setEnvironment(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** In place of the real one. */
function fakeGh(script: string): Gh {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'gh'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'gh'), 0o755);
  setEnvironment({ PATH: `${folder}:${process.env.PATH}` });
  return new Gh({ repository: REPOSITORY, cacheFolder: join(folder, 'cache') });
}

test('a request goes out as it is, and its answer comes back whole', async () => {
  const { gh, asked, cacheFolder } = await desk(json(201, { number: 7 }, { 'x-ratelimit-remaining': '12' }));
  const path = 'repos/acme/widgets/pulls?head=acme:branch&x={owner}';
  const answer = await gh.api({ method: 'POST', path, body: { title: 'Ä "one"\n' } });
  expect(answer).toMatchObject({ status: 201, body: { number: 7 } });
  expect(answer.headers.get('x-ratelimit-remaining')).toBe('12');
  expect(asked).toEqual([
    {
      line: 'POST /repos/acme/widgets/pulls?head=acme%3Abranch&x=%7Bowner%7D',
      token: `token ${TOKEN}`,
      body: '{"title":"Ä \\"one\\"\\n"}',
    },
  ]);
  expect(statSync(cacheFolder).mode & 0o777).toBe(0o700);
});

test('a refusal says what GitHub says, and never the token', async () => {
  const { gh } = await desk((asked, response) => {
    const message = `no: authorization: ${asked.token}, https://x-access-token:${TOKEN}@github.com`;
    json(403, { message: 'Too much', errors: [{ message }] }, { 'retry-after': '7' })(asked, response);
  });
  const error = await gh.api({ path: 'repos/acme/widgets?q=1' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GhError);
  expect(error).toMatchObject({
    failure: 'secondary_limit',
    status: 403,
    retryAfter: 7_000,
    message: 'gh api GET repos/acme/widgets: Too much: no: authorization: ***, https://***@github.com (HTTP 403)',
    cause: undefined,
  });
  expect(JSON.stringify(error) + (error as GhError).stack).not.toContain(TOKEN);
});

test('of GraphQL, errors beside data are a failure, unless what is missing may be', async () => {
  const missing = { type: 'NOT_FOUND', message: 'Could not resolve to a PullRequest' };
  const data = { a: { number: 1 }, b: null };
  const { gh, asked } = await desk(json(200, { data, errors: [missing] }));
  await expect(gh.graphql('query { a }', { n: 1 })).rejects.toMatchObject({
    failure: 'permanent',
    status: 200,
    message: 'gh api graphql: Could not resolve to a PullRequest',
  });
  expect(await gh.graphql('query { a }', {}, { allowMissing: true })).toMatchObject({ data });
  expect(asked.map(({ line, body }) => `${line} ${body}`)).toEqual([
    'POST /graphql {"query":"query { a }","variables":{"n":1}}',
    'POST /graphql {"query":"query { a }","variables":{}}',
  ]);
});

test('an answer that is no JSON is none', async () => {
  const { gh } = await desk((_, response) => void response.end('<h1>Welcome to the hotel</h1>'));
  const change = gh.api({ method: 'PUT', path: 'x', body: {} });
  await expect(change).rejects.toMatchObject({ failure: 'outcome_unknown', status: 200 });
});

test('gh, which would wait for ever, is ended', async () => {
  const { gh } = await desk(() => {}, { timeout: 400 });
  await Promise.all([
    expect(gh.api({ method: 'PATCH', path: 'x', body: {} })).rejects.toMatchObject({
      failure: 'outcome_unknown',
      message: 'gh api PATCH x: no answer in 0.4 s',
    }),
    expect(gh.api({ path: 'x' })).rejects.toMatchObject({ failure: 'transient' }),
  ]);
});

test('a call that is called off ends as that', async () => {
  const abort = new AbortController();
  const { gh } = await desk(() => abort.abort(new Error('called off')));
  await expect(gh.login(abort.signal)).rejects.toThrow('called off');
});

test('a refusal that gh would keep for a day is asked for anew', async () => {
  const { gh, asked, cacheFolder } = await desk(json(401, { message: 'Bad credentials' }));
  const merge = () => gh.run(['pr', 'merge', '5', '-R', 'github.com/acme/widgets', '--merge']);
  await expect(merge()).rejects.toMatchObject({ failure: 'unauthenticated', status: 401 });
  const before = asked.length;
  expect(before).toBeGreaterThan(0);
  await expect(merge()).rejects.toMatchObject({ failure: 'unauthenticated', status: 401 });
  expect(asked).toHaveLength(before * 2);
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test('who we are, and that we are nobody', async () => {
  const { gh } = await desk(json(200, { data: { viewer: { login: 'octocat' } } }));
  expect(await gh.login()).toBe('octocat');
  setEnvironment({ GH_TOKEN: undefined });
  await expect(gh.login()).rejects.toMatchObject({
    failure: 'unauthenticated',
    message: 'gh is not logged in to github.com',
  });
});

test('what a person has set for themselves does not get to gh, but their login does', async () => {
  const gh = fakeGh('env; pwd');
  const theirs = { GH_TOKEN: TOKEN, GH_CONFIG_DIR: '/their/config', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/bus' };
  const others = {
    GH_DEBUG: 'api',
    DEBUG: '1',
    GH_REPO: 'a/b',
    GH_HOST: 'h',
    GH_FORCE_TTY: '80',
    CLICOLOR_FORCE: '1',
    GIT_DIR: '/g',
  };
  setEnvironment({ ...theirs, ...others });
  const lines = (await gh.run(['env'])).split('\n');
  expect(lines).toEqual(expect.arrayContaining(Object.entries(theirs).map((pair) => pair.join('='))));
  const names = lines.map((line) => line.split('=')[0]);
  expect(Object.keys(others).filter((name) => names.includes(name))).toEqual([]);
  expect(lines).toEqual(expect.arrayContaining(['GH_PROMPT_DISABLED=1', 'NO_COLOR=1', 'TERM=dumb', 'LC_ALL=C']));
  expect(lines.filter((line) => /^(TMPDIR|XDG_CACHE_HOME)=.*\/cache$/.test(line))).toHaveLength(2);
  expect(lines.at(-1)).toBe('/');
});

test('a gh that is missing, or is killed, is told as that', async () => {
  await expect(fakeGh('kill -9 $$').run(['pr', 'merge', '5'])).rejects.toMatchObject({
    failure: 'outcome_unknown',
    message: 'gh pr merge: it was ended',
  });
  setEnvironment({ PATH: temporaryFolder() });
  const gh = new Gh({ repository: REPOSITORY, cacheFolder: join(temporaryFolder(), 'cache') });
  await expect(gh.login()).rejects.toMatchObject({ failure: 'not_installed', message: 'gh is not installed' });
});
