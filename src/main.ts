import manifest from '../package.json' with { type: 'json' };

/** Runs one command line; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--version') {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  process.stderr.write(`agentrelay: unknown command: ${argv.join(' ')}\n`);
  return 2;
}
