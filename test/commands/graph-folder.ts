import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with graph files, and the lines that a command printed. */
export function graphFolder(files: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), 'agentrelay-graphs-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const lines: string[] = [];
  return {
    dir,
    path: (name: string): string => join(dir, name),
    lines,
    io: { out: (line: string): void => void lines.push(line) },
    [Symbol.dispose]: (): void => rmSync(dir, { recursive: true, force: true }),
  };
}

export const LANES = `name: demo
workstreams:
  - {id: api, auto_merge: true, base_branch: dev, merge_target_branch: main}
  - {id: web, parallel: true}
  - {id: docs, parent_workstream_id: api}
tasks:
  - {id: style, workstream_id: web}
  - {id: page, workstream_id: web, dependencies: [impl, style]}
  - {id: spec, workstream_id: api}
  - {id: impl, workstream_id: api, dependencies: [spec]}
  - {id: guide, workstream_id: docs}
`;
