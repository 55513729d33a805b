import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { runInTerminal } from '../../steps/tools/exec.ts';

/** The text after the person's own editor has had it; null when it was left as it was. Throws `UserError`. */
export async function editText(text: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const editor = env.VISUAL || env.EDITOR || 'vi';
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-edit-'));
  const file = join(folder, 'instructions.md');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // By the shell, as git does it: the variable may hold flags.
    const code = await runInTerminal('sh', ['-c', `${editor} "$1"`, editor, file]);
    if (code !== 0) throw new UserError(`the editor ended with ${code}`, { hint: `EDITOR is ${editor}` });
    const edited = readFileSync(file, 'utf8');
    return edited === text ? null : edited;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
