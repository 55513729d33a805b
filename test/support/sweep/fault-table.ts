import { API_FAULTS, GIT_FAULTS } from './fault-cases.ts';
import type { FaultResult } from './fault-sweep.ts';

/** Calls by faults, as a table of Markdown: how it went, calls of this kind that were made more, and seconds. */
export function faultTable(results: readonly FaultResult[]): string {
  const api = results.filter((result) => result.case.git === undefined);
  const git = results.filter((result) => result.case.git !== undefined);
  const tables = [
    tableOf(
      api,
      API_FAULTS.map(({ name }) => name),
    ),
    tableOf(git, GIT_FAULTS),
  ];
  return tables.filter((table) => table !== '').join('\n\n');
}

function tableOf(results: readonly FaultResult[], faults: readonly string[]): string {
  if (results.length === 0) return '';
  const used = faults.filter((fault) => results.some((result) => result.case.fault === fault));
  const calls = [...new Set(results.toSorted(byCall).map(nameOf))];
  const cell = (call: string, fault: string) => {
    const found = results.find((result) => nameOf(result) === call && result.case.fault === fault);
    return found === undefined ? '' : inWords(found);
  };
  return aligned([['call', ...used], ...calls.map((call) => [call, ...used.map((fault) => cell(call, fault))])]);
}

function byCall(one: FaultResult, other: FaultResult): number {
  const [a, b] = [one.case, other.case];
  return a.method.localeCompare(b.method) || a.call.localeCompare(b.call) || a.nth - b.nth;
}

function nameOf({ case: { method, call, nth } }: FaultResult): string {
  const plain = call.replace('/repos/:owner/:repo/', '').replace(':number', 'N');
  return `${plain} ${nth}${method === 'squash' ? ' (squash)' : ''}`;
}

function inWords({ case: { call }, deviations, extra, seconds }: FaultResult): string {
  const more = extra[call] ?? 0;
  const count = more > 0 ? `+${more}` : String(more);
  return `${deviations.length === 0 ? 'ok' : 'WRONG'} ${count} ${Math.round(seconds)}s`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
