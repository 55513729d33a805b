import { execFileSync } from 'node:child_process';

/** A commit with these files on a branch of a bare repository, without a clone and a push; the branch begins at `from`. */
export function commitInBare(
  bare: string,
  branch: string,
  files: Readonly<Record<string, string>>,
  { from = 'main', message = `work of ${branch}` } = {},
): string {
  const git = (args: string[], input = '') =>
    execFileSync('git', ['-C', bare, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
  const exists = git(['for-each-ref', `refs/heads/${branch}`]) !== '';
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const changes = Object.entries(files).map(([name, content]) => `M 100644 inline ${name}\n${data(content)}`);
  const script = [
    `commit refs/heads/${branch}\n`,
    'committer A Person <person@example.com> now\n',
    data(message),
    `from refs/heads/${exists ? branch : from}^0\n`,
    ...changes,
  ];
  git(['fast-import', '--quiet', '--date-format=now'], script.join(''));
  return git(['rev-parse', `refs/heads/${branch}`]);
}
