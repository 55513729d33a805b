/** Where git itself lies is no setting of anybody's. */
const KEPT = 'GIT_EXEC_PATH';

/**
 * Does the work with a git that knows nothing of the person's or the machine's settings: signing, hooks, templates and
 * aliases would make the demo another one. Agents and gates get it by inheritance, so it is our own environment that
 * changes, until the work is done.
 */
export async function withPlainGit<T>(env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const before = Object.entries(env).filter(([name]) => name.startsWith('GIT_') && name !== KEPT);
  for (const [name] of before) delete env[name];
  env.GIT_CONFIG_GLOBAL = '/dev/null';
  env.GIT_CONFIG_NOSYSTEM = '1';
  try {
    return await work();
  } finally {
    delete env.GIT_CONFIG_GLOBAL;
    delete env.GIT_CONFIG_NOSYSTEM;
    for (const [name, value] of before) env[name] = value;
  }
}
