import { expect, test } from 'vitest';
import { missingCredentials } from '../../../src/core/credentials/check-graph.ts';
import { type Credentials, unsetFor } from '../../../src/core/credentials/credentials.ts';
import type { Graph } from '../../../src/core/graph/graph.ts';
import { readGraph } from '../../../src/core/graph/read-graph.ts';

const CREDENTIALS: Credentials = {
  file: '/c.yaml',
  files: ['/c.yaml'],
  tiers: { read_only: { GH_TOKEN: 'ghp_read_only' }, standard: {} },
  anthropic: {
    work: { kind: 'api_key', key: 'sk-ant-api-key' },
    personal: { kind: 'oauth_file', path: '/oauth.json' },
  },
  secrets: [],
};

function graphOf(file: Record<string, unknown>): Graph {
  const { graph, problems } = readGraph({ name: 'g', ...file });
  if (graph === null) throw new Error(problems.map(({ message }) => message).join());
  return graph;
}

test('a graph that asks for nothing needs no file', () => {
  expect(missingCredentials(graphOf({ tasks: [{ id: 'a' }] }), null)).toEqual([]);
  expect(missingCredentials(graphOf({ tasks: [{ id: 'a' }] }), { ...CREDENTIALS, tiers: null })).toEqual([]);
});

test('what is asked for and not there is told once, with the task and the file', () => {
  const graph = graphOf({
    isolation: { token_tier: 'elevated' },
    anthropic_credential: 'wrok',
    tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c', isolation: { token_tier: 'read_only' } }],
  });
  expect(missingCredentials(graph, CREDENTIALS)).toEqual([
    'task a asks for the token tier elevated, which /c.yaml does not have: it has read_only, standard',
    'task a asks for the anthropic_credential wrok, which /c.yaml does not have: it has work, personal; did you mean work?',
  ]);
  expect(missingCredentials(graph, null)).toEqual([
    'task a asks for the token tier elevated, and there is no credentials file (-C)',
    'task a asks for the anthropic_credential wrok, and there is no credentials file (-C)',
    'task c asks for the token tier read_only, and there is no credentials file (-C)',
  ]);
});

test('a file with tiers has the one that tasks have when they say nothing', () => {
  const graph = graphOf({ tasks: [{ id: 'a' }] });
  expect(missingCredentials(graph, { ...CREDENTIALS, tiers: { elevated: {} } })).toEqual([
    'task a asks for the token tier standard, which /c.yaml does not have: it has elevated',
  ]);
});

test('the account is the nearest that is named: of the agent, the task, the lane, the graph', () => {
  const graph = graphOf({
    anthropic_credential: 'graph',
    workstreams: [
      { id: 'plain' },
      { id: 'lane', anthropic_credential: 'lane' },
      { id: 'none', anthropic_credential: null },
    ],
    tasks: [
      { id: 'a', workstream_id: 'plain' },
      { id: 'b', workstream_id: 'lane' },
      { id: 'c', workstream_id: 'lane', anthropic_credential: 'task' },
      {
        id: 'd',
        workstream_id: 'lane',
        anthropic_credential: 'task',
        primary_agent: { anthropic_credential: 'agent' },
      },
      { id: 'e', workstream_id: 'none' },
      { id: 'f', workstream_id: 'lane', review: { agent: { anthropic_credential: 'review' } } },
    ],
  });
  const accounts = graph.tasks.map(({ primaryAgent }) => primaryAgent.anthropicCredential);
  expect(accounts).toEqual(['graph', 'lane', 'task', 'agent', null, 'lane']);
  expect(graph.taskById.get('f')?.review?.agent.anthropicCredential).toBe('review');
});

test('no agent takes over what the file names, and one with an account nothing that would come before it', () => {
  const graph = graphOf({
    tasks: [
      { id: 'a' },
      { id: 'b', anthropic_credential: 'personal' },
      { id: 'c', primary_agent: { framework: 'codex' } },
    ],
  });
  const [a, b] = graph.tasks.map(({ primaryAgent }) => unsetFor(CREDENTIALS, primaryAgent));
  expect(a).toEqual(['GH_TOKEN', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN']);
  expect(b).toEqual(expect.arrayContaining(['GH_TOKEN', 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']));
});
