import { exec, ToolError } from '../../tools/exec.ts';

/** What a terminal sends to all who use it, and whoever ends a session to all who are in it. */
const SIGNALS = 'HUP,INT,QUIT';

/**
 * bubblewrap ends by each of these, and takes its agent along that knows what to do with it. So it ignores them. When the
 * terminal goes, or the session is ended, the agent has a second; Ctrl-C and the like are its own. A shell gives what is in
 * its background an empty standard input, unless it comes from another descriptor.
 */
const SHIELD = `trap '' INT QUIT
exec 3<&0
(trap '' HUP; exec "$@") <&3 3<&- &
exec 3<&-
trap "sleep 1; kill -9 $! 2>/dev/null" HUP
wait $!
code=$?
while kill -0 $! 2>/dev/null; do
  wait $!
  code=$?
done
exit "$code"
`;

let known: Promise<boolean> | null = null;

/** Whether the machine can give signals back their meaning, which a shell cannot; asked once. */
export async function canShield(): Promise<boolean> {
  known ??= exec('env', [`--default-signal=${SIGNALS}`, 'true'], { timeout: 10_000 }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ToolError) return false;
      throw error;
    },
  );
  return await known;
}

/** bubblewrap, as `client`, with a program in it: neither ends by a signal that is for the other. */
export function shielded(client: readonly string[], argv: readonly string[]): string[] {
  // A program with a = in its path would be a variable for env.
  const restored = ['env', `--default-signal=${SIGNALS}`, '/bin/sh', '-c', 'exec "$@"', 'sh', ...argv];
  return ['/bin/sh', '-c', SHIELD, 'sh', ...client, ...restored];
}
