/** Runs one agent-side command; `argv[0]` is its verb. Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stderr.write(`agentrelay: unknown agent command: ${argv.join(' ')}\n`);
  return 2;
}
