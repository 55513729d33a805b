import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HoldReason } from '../../../src/core/events.ts';
import { integrationText } from '../../../src/steps/github/integration-body.ts';
import type { IntegrationInput } from '../../../src/steps/github/integration-input.ts';
import { commit, doneTask, integration, pullRequest, richLane } from './integration-fixture.ts';
import { hostileMarkdown, liveParts, withoutCode } from './live-parts.ts';

const HELLO = doneTask({
  spec: { id: 'hello', description: 'Say hello.' },
  attempts: [{ pr: pullRequest(1), commit: commit('c'), commitsAhead: 1 }],
});

test('a small lane', () => {
  expect(integrationText(integration({ tasks: [HELLO] }))).toEqual({
    title: 'demo: Say hello.',
    body: `Graph \`demo\`, for \`main\`: 1 task, 1 pull request, 1 commit. **A person merges it**: \`auto_merge\` is off.

## Tasks

| Task | Pull request | What it does | State | Attempts |
|---|---|---|---|---|
| \`hello\` | [#1](https://github.com/acme/widgets/pull/1) | Say hello. | merged at \`cccccccc\` | 1 |

<details><summary><code>hello</code>: no summary</summary>

It left no summary.

**How it went**

- The agent was \`command\`.
- Attempt 1 succeeded at the first go.

</details>

## How it was checked

- \`hello\`: **not checked by any command**

---

Made by agentrelay: graph \`demo\`, run 3. Its files are in \`.workflow/demo/runs/3\` of the repository where it ran.

<!-- agentrelay:integration graph=demo lane=default -->
`,
  });
});

test('a lane in which all that can be told has happened', () => {
  expect(integrationText(richLane())).toEqual({
    title: 'demo: api – parser, review',
    body: `Lane \`api\` of graph \`demo\`, for \`main\`: 2 tasks, 1 pull request, 3 commits. **A person merges it**: agents have \
concerns. It builds on lanes \`core\` (its parent, [#12](https://github.com/acme/widgets/pull/12)), \`docs\`.

## Concerns

1 concern of an agent that did the work. It holds back the automatic merge.

- **\`parser\`** ([#41](https://github.com/acme/widgets/pull/41), attempt 2): The grammar is &lt;b&gt;ambiguous&lt;/b&gt;, \
fixes #&#8203;12, ask @&#8203;acme/core.

<details><summary>2 notes about the run itself, which hold nothing back</summary>

- **\`parser\`** ([#41](https://github.com/acme/widgets/pull/41), attempt 2): teardown\\_failed: no tmux
- The lane: teardown\\_failed: the worktree is busy

</details>

## Tasks

| Task | Pull request | What it does | State | Attempts |
|---|---|---|---|---|
| \`parser\` | [#41](https://github.com/acme/widgets/pull/41) | Write the parser &#124; for @&#8203;octocat. | merged at \
\`aaaaaaaa\` | 2 |
| \`review\` | – |  | completed without a pull request | 1 |

<details><summary><code>parser</code>: summary, 2 files, 2 attempts, 2 gate rounds, 1 conflict, 1 round of red checks\
</summary>

#### Done

See \`parse()\` at \`https://example.com/x\`.

\`\`\`ts
parse("<a>");
\`\`\`

**Files**

- created \`src/parse.ts\` (src)
- deleted \`notes.md\` (spec)

**How it went**

- The agent was \`claude_code\` with \`sonnet\`, as implementer.
- A person told it before a retry: mind the tabs
- Attempt 1 failed after 5 gate rounds: the gate failed 5 times
- Attempt 2 succeeded after 2 gate rounds, 1 conflict (\`src/parse.ts\`), 1 round of red checks (\`build (node 22)\`).

</details>

<details><summary><code>review</code>: no summary</summary>

It left no summary.

**How it went**

- The agent was \`command\`, as test reviewer.
- Attempt 1 succeeded at the first go.

</details>

## How it was checked

- \`parser\`: gate \`npm test\` passed in round 2 on \`bbbbbbbb\`; required checks 8/8; \`npm run 'lint it'\` for the agent to \
run, which nobody has proved
- \`review\`: **not checked by any command**

---

Made by agentrelay: graph \`demo\`, run 3. Its files are in \`.workflow/demo/runs/3\` of the repository where it ran.

<!-- agentrelay:integration graph=demo lane=api -->
`,
  });
});

const AUTO = { id: 'api', autoMerge: true, mergeTargetBranch: 'next' };

test.each<[string, Partial<IntegrationInput>]>([
  ['agentrelay merges it by itself, with a merge commit, as soon as GitHub lets it in.', {}],
  ['agentrelay merges it by itself, as one commit, as soon as GitHub lets it in.', { mergeMethod: 'squash' }],
  ['**A person merges it**: it conflicts with `next` (`a.ts`, `b.ts`).', held('conflict', 'a.ts', 'b.ts')],
  ['a required check is red, or does not come (lint by @&#8203;bot).', held('checks', 'lint by @bot')],
  ['`next` asks for more than checks, such as a review (REVIEW\\_REQUIRED).', held('protected', 'REVIEW_REQUIRED')],
  ['**A person merges it**: it is a draft.', held('draft')],
])('says who merges it: %s', (sentence, change) => {
  const { body } = integrationText(integration({ lane: AUTO, tasks: [HELLO], ...change }));
  expect(body.split('\n')[0]).toContain(sentence);
});

function held(reason: HoldReason, ...details: string[]): Partial<IntegrationInput> {
  return { held: { reason, details } };
}

test.each<[string, string, readonly string[]]>([
  ['demo: api – Write it. With @\u200bcare', 'api', ['Write it. With @care\nand more']],
  [`demo: api – ${'x'.repeat(87)}…`, 'api', ['x'.repeat(200)]],
  ['demo: t1', 'default', ['']],
  ['demo: t1, t2', 'default', ['one', 'two']],
  // The words before it count, too.
  ['fix: #\u200b12 is it', 'default', ['#12 is it']],
])('has the title %s', (title, lane, descriptions) => {
  const tasks = descriptions.map((description, at) =>
    doneTask({ spec: { id: `t${at + 1}`, description }, attempts: [{}] }),
  );
  const graph = title.startsWith('fix') ? 'fix' : 'demo';
  expect(integrationText(integration({ graph, lane: { ...AUTO, id: lane }, tasks })).title).toBe(title);
});

test('a title names as many of many tasks as there is room for', () => {
  const tasks = Array.from({ length: 40 }, (_, at) => doneTask({ spec: { id: `task-${at}` }, attempts: [{}] }));
  const { title } = integrationText(integration({ tasks }));
  expect(title).toMatch(/^demo: task-0, task-1, .* and \d\d more$/);
  expect(title.length).toBeLessThanOrEqual(100);
});

test('what hostile text says stays text, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(hostileMarkdown, { minLength: 8, maxLength: 8 }), (texts) => {
      const input = hostileLane(texts);
      const { title, body } = integrationText(input);
      expect(liveParts(body)).toEqual([]);
      const shown = withoutCode(body);
      expect(shown).not.toMatch(/^\s*(?:[-*+]|\d+[.)]) #{1,3}\s/m);
      expect(shown.match(/<\/?details>/g)).toEqual(['<details>', '</details>', '<details>', '</details>']);
      expect(shown.match(/^## .*$/gm)).toEqual(['## Concerns', '## Tasks', '## How it was checked']);
      expect(title).not.toMatch(/@\w|\n|(?:fix|close|resolve)\S*[\s:]+#\d/i);
      expect(title.length).toBeLessThanOrEqual(100);
      expect(integrationText(structuredClone(input))).toEqual({ title, body });
    }),
    { numRuns: 100 },
  );
});

/** Each text where an agent, or a graph file, can put one. */
function hostileLane(texts: readonly string[]): IntegrationInput {
  const [description = '', summary = '', concern = '', note = '', error = '', gate = '', name = '', path = ''] = texts;
  const lane = { id: 'api', autoMerge: true, mergeTargetBranch: 'main' };
  const task = doneTask({
    spec: { id: 'a', description, completionGate: gate, verify: [gate, [gate]], framework: name || 'x', model: name },
    attempts: [
      { failure: { code: 'x', error, failureClass: null }, conflictRounds: 1, conflictFiles: [path] },
      {
        pr: pullRequest(2),
        checkRounds: 1,
        redChecks: [{ name, url: name }],
        concerns: [
          { source: 'agent', message: `concern ${concern}` },
          { source: 'ops', message: note },
        ],
      },
    ],
    summary,
    outputs: [{ path, category: name, action: 'created' }],
  });
  return integration({ lane, laneConcerns: [note], tasks: [task], held: { reason: 'checks', details: [name] } });
}
