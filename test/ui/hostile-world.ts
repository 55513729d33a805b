import fc from 'fast-check';
import type { Fact } from '../../src/core/events.ts';
import { PROOFS } from '../../src/core/proofs.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import type { Detail, DetailWanted } from '../../src/ui/ports.ts';
import { hostileText } from '../support/hostile-text.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';
import { anyProof } from './forge-happenings.ts';
import { facts } from './view/happened.ts';
import { eventsOf, goOn, HOSTILE } from './view/views.ts';

/** What agents, graphs, files and commits say in a run in which everything is hostile. */
const SAID = [
  HOSTILE,
  '\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1b]52;c;b3duZWQ=\x07\x07\x07',
  '\x1b[?1049l\x1b[?25h\x1b[?1000h\x1b[?2004l\x1b[?7l\x1bc\x1b[20h\x1b[3;5r',
  '\x1b[999;999Hhere\x1b[1;1Hthere\x1b[A\x1b[B\x1b[6n\x1b[c\x1bP+q544e\x1b\\',
  '\x9b2J\x9d0;owned\x9c\x90q\x9c\u202egnorw\u2066\u200f\u200b\ufeff\u00ad',
  '漢字カナ한글 👩🏽‍🚀👨‍👩‍👧‍👦🇩🇪1️⃣ e\u0301\u0302\u0303\u0304\u0305 กำลัง हिन्दी क्ष שלום مرحبا',
  Buffer.from([0x61, 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0x62]).toString('utf8'),
  `\x1b[31m${'long\t\x1b[1m界'.repeat(120_000)}`,
  ...fc.sample(hostileText, { numRuns: 40, seed: 31 }),
];

const said = (at: number) => SAID[at % SAID.length] ?? '';

/** Five tasks in all states, of which every text that people and programs can choose is hostile. */
export function hostileWorld(): FakeWorld {
  const run = emptyRunState();
  goOn(run, happened());
  const world = fakeWorld(run, { kind: 'other', pid: 4_194_304, host: said(3) });
  world.detailOf = (wanted) => detailOf(wanted);
  world.answer = () => ({ ok: false, message: said(1), hint: said(2) });
  world.edited = () => said(5);
  return world;
}

const TASKS = ['works', 'asks', 'fails', 'merged', 'waits'];

function happened(): Fact[] {
  const [works, asks, fails, merged] = TASKS.map((id) => facts(id)) as [Of, Of, Of, Of];
  const pr = `https://forge.example/\x1b]0;owned\x07${said(0)}/pull/7`;
  return [
    {
      kind: 'run_started',
      run: 1,
      graph: 'shop',
      digest: said(3),
      tasks: TASKS.map((id, at) => ({
        id,
        workstream: at < 4 ? 'api' : 'web',
        role: said(at),
        framework: said(at + 5),
        dependencies: id === 'waits' ? ['fails'] : [],
      })),
      workstreams: ['api', 'web'].map((id, at) => ({
        id,
        parent: null,
        base: `main${said(at)}`,
        target: `main${said(at + 3)}`,
        auto_merge: false,
        parallel: at === 0,
      })),
      max_task_attempts: 1,
    },
    { kind: 'workstream_active', workstream: 'api', branch: `ws/${said(1)}`, base_commit: said(2) },
    { kind: 'workstream_concerned', workstream: 'api', message: said(4) },
    ...works.prepared,
    { kind: 'task_launched', task: 'works', attempt: 1, agent: said(4) },
    ...asks.working,
    asks.asks(`${said(0)}\n${said(7)}\n${said(3)}`, [said(1), said(5), said(2)]),
    ...fails.working,
    { kind: 'task_concerned', task: 'fails', attempt: 1, source: 'agent', message: said(4) },
    { kind: 'task_work_saved', task: 'fails', attempt: 1, ref: `refs/${said(0)}`, commit: said(1) },
    fails.failed(`${said(3)}${said(1)}`, said(2)),
    { kind: 'task_blocked', task: 'waits', root: { task: 'fails' } },
    ...merged.working,
    merged.concern,
    { kind: 'task_pr_created', task: 'merged', attempt: 1, pr, commit: said(5) },
    ...PROOFS.map(
      (_, at): Fact => ({
        ...{ kind: 'task_pr_proof', task: 'merged', attempt: 1, pr },
        ...anyProof(at * 22 + 1, { text: said }),
      }),
    ),
    { kind: 'task_checks_failed', task: 'merged', attempt: 1, round: 1, of: 2, checks: redChecks() },
    { kind: 'task_branch_updated', task: 'merged', attempt: 1, target: said(4), commit: said(6) },
    ...PROOFS.map(
      (_, at): Fact => ({
        ...{ kind: 'task_pr_proof', task: 'merged', attempt: 1, pr },
        ...anyProof(at * 22 + 2, { text: said }),
      }),
    ),
    { kind: 'task_pr_created', task: 'works', attempt: 1, pr, commit: said(5) },
    { kind: 'task_pr_merging', task: 'works', attempt: 1, pr, commit: said(5) },
    {
      kind: 'task_pr_proof',
      task: 'works',
      attempt: 1,
      pr,
      proof: 'base',
      holds: false,
      expected: said(0),
      found: said(7),
    },
    { kind: 'merge_queue_changed', target: `ws/${said(1)}`, entries: [{ task: 'merged' }, { task: 'works' }] },
    { kind: 'api_limited', limit: 'secondary', until: '2030-01-01T00:00:00.000Z' },
    { kind: 'task_succeeded', task: 'merged', attempt: 1, status: 'pr_merged', pr, commit: said(6) },
    { kind: 'workstream_merge_ready', workstream: 'api', commit: said(1) },
    { kind: 'workstream_pr_created', workstream: 'api', pr, branch: said(2), target: said(3), commit: said(1) },
    ...PROOFS.map(
      (_, at): Fact => ({
        kind: 'workstream_pr_proof',
        workstream: 'api',
        pr,
        ...anyProof(at * 22 + 2, { text: said }),
      }),
    ),
    { kind: 'workstream_held', workstream: 'api', reason: 'checks', details: SAID, merge_command: said(0) },
  ];
}

function redChecks(): { name: string; url: string | null }[] {
  return SAID.map((name, at) => ({ name, url: `https://ci.example/${said(at)}` }));
}

type Of = ReturnType<typeof facts>;

function detailOf({ tab, task }: DetailWanted): Detail {
  const note = said(1);
  const lines = [...SAID, ...SAID.map((text) => `+${text}`)];
  switch (tab) {
    case 'output':
      return { tab, lines, live: true, note };
    case 'diff': {
      const files = SAID.map((path, at) => ({ path, added: at % 3 === 0 ? null : at, removed: at }));
      return { tab, base: said(2), tip: said(3), uncommitted: true, files, lines, omitted: 9, note };
    }
    case 'attempts': {
      const counts = { commits: 1, files: 2, added: 3, removed: 4 };
      const noted = [1, 2].map((attempt) => ({
        attempt,
        ...counts,
        tip: said(attempt),
        difference: SAID,
        missing: null,
      }));
      return { tab, attempts: [...noted, { ...counts, attempt: 3, tip: null, difference: [], missing: said(1) }] };
    }
    case 'events':
      return {
        tab,
        events: eventsOf(happened()).filter((event) => 'task' in event && event.task === task),
        omitted: 3,
      };
    case 'prompt':
      return { tab, path: said(0), lines, note };
    case 'evidence': {
      const commits = SAID.map((subject, at) => ({
        id: said(at + 1),
        subject,
        author: said(at + 2),
        at: said(at + 3),
      }));
      return { tab, commits, omitted: 2, summary: SAID.join('\n') };
    }
  }
}
