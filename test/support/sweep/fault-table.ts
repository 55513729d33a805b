import { API_FAULTS, type FaultCase, GIT_FAULTS } from './fault-cases.ts';
import type { FaultResult } from './fault-sweep.ts';

interface Row {
  readonly case: FaultCase;
  readonly result: FaultResult;
}

/** Calls by faults, as a table of Markdown: how it went, calls of this kind that were made more, and seconds. */
export function faultTable(results: readonly FaultResult[]): string {
  const rows = results.flatMap((result) => result.cases.map((one): Row => ({ case: one, result })));
  const api = rows.filter((row) => row.case.git === undefined);
  const git = rows.filter((row) => row.case.git !== undefined);
  const names = API_FAULTS.map(({ name }) => name);
  const tables = [tableOf(api, names), tableOf(git, GIT_FAULTS)];
  return tables.filter((table) => table !== '').join('\n\n');
}

function tableOf(rows: readonly Row[], faults: readonly string[]): string {
  if (rows.length === 0) return '';
  const used = faults.filter((fault) => rows.some((row) => row.case.fault === fault));
  const calls = [...new Set(rows.toSorted(byCall).map(nameOf))];
  const cell = (call: string, fault: string) => {
    const found = rows.find((row) => nameOf(row) === call && row.case.fault === fault);
    return found === undefined ? '' : inWords(found);
  };
  return aligned([['call', ...used], ...calls.map((call) => [call, ...used.map((fault) => cell(call, fault))])]);
}

function byCall(one: Row, other: Row): number {
  const [a, b] = [one.case, other.case];
  return a.method.localeCompare(b.method) || a.call.localeCompare(b.call) || a.nth - b.nth;
}

function nameOf({ case: { method, call, nth } }: Row): string {
  const plain = call.replace('/repos/:owner/:repo/', '').replace(':number', 'N');
  return `${plain} ${nth}${method === 'squash' ? ' (squash)' : ''}`;
}

function inWords({ case: { call, isRefused }, result: { deviations, extra, seconds } }: Row): string {
  // Looks vary by themselves.
  const more = Math.max(0, extra[call] ?? 0);
  const right = isRefused ? 'told' : 'ok';
  return `${deviations.length === 0 ? right : 'WRONG'} +${more} ${Math.round(seconds)}s`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
