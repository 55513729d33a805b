import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { runInTerminal } from '../../steps/tools/exec.ts';

/**
 * The text after the person's own editor has had it; null when it was left as it was. The editor is ended when `signal` is
 * aborted. Throws `UserError`.
 */
export async function editText(text: string, signal: AbortSignal): Promise<string | null> {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-edit-'));
  const file = join(folder, 'instructions.md');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // By the shell, as git does it: the variable may hold flags. In the shell's place where that can be, to be ended itself.
    const command = /^[\w@%+:,./ -]+$/.test(editor) ? `exec ${editor}` : editor;
    const code = await runInTerminal('sh', ['-c', `${command} "$1"`, editor, file], { signal });
    if (code !== 0) throw new UserError(`the editor ended with ${code}`, { hint: `EDITOR is ${editor}` });
    const edited = readFileSync(file, 'utf8');
    return edited === text ? null : edited;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
