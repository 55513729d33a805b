/** Bytes that are kept; what comes then is read, so that the program is not stopped by a full pipe, and forgotten. */
const MAX_INPUT = 1024 * 1024;
/** Milliseconds; some programs leave it open. */
const LIMIT = 2_000;
/** Who has something to say has said it before this process runs. */
const SILENCE = 500;

/** Standard input up to its end, or to the end of the one JSON object in it; empty where it is more than may be kept. */
export function readInput(input: NodeJS.ReadStream = process.stdin): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const text = () => (length > MAX_INPUT ? '' : Buffer.concat(chunks).toString('utf8'));
    const end = () => {
      clearTimeout(silence);
      clearTimeout(limit);
      input.destroy();
      resolve(text());
    };
    const silence = setTimeout(end, SILENCE);
    const limit = setTimeout(end, LIMIT);
    input.on('data', (chunk: Buffer) => {
      clearTimeout(silence);
      length += chunk.length;
      if (length <= MAX_INPUT) chunks.push(chunk);
      else chunks.length = 0;
      if (isWhole(chunk, text)) end();
    });
    input.once('end', end);
    input.once('error', end);
  });
}

function isWhole(chunk: Buffer, text: () => string): boolean {
  if (!/\}\s*$/.test(chunk.subarray(-8).toString('latin1'))) return false;
  try {
    JSON.parse(text());
    return true;
  } catch {
    return false;
  }
}
