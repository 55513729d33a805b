import { createInterface } from 'node:readline';
import { WatchedFolder } from './watched-folder.ts';
import type { FollowNews, FollowOrder } from './wire.ts';

/** Milliseconds: between two looks at what gives no events, and after a change, since these come in crowds. */
const TICK = 2_000;
const SOON = 5;

/** Tells what changes in the signal directories that standard input names, until that ends. */
export async function follow(): Promise<void> {
  const folders = new Map<string, WatchedFolder>();
  let isDue = false;
  const tell = (news: FollowNews) => {
    process.stdout.write(`${JSON.stringify(news)}\n`);
  };
  const lookSoon = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(look, SOON);
  };
  const look = () => {
    isDue = false;
    // Nothing is kept in memory while the connection is slow.
    if (process.stdout.writableNeedDrain) return void process.stdout.once('drain', lookSoon);
    let isMore = false;
    for (const folder of folders.values()) isMore = folder.look(tell) || isMore;
    if (isMore) lookSoon();
  };
  const ticks = setInterval(lookSoon, TICK);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const order = JSON.parse(line) as FollowOrder;
    if (order.op === 'look') {
      for (const folder of folders.values()) while (folder.look(tell));
      return tell({ looked: order.number });
    }
    folders.get(order.id)?.close();
    folders.delete(order.id);
    if (order.op === 'unwatch') return;
    folders.set(order.id, new WatchedFolder(order.id, order.folder, order.known, lookSoon));
    lookSoon();
  });
  // Its owner is gone.
  process.stdout.on('error', () => process.exit(0));
  await new Promise((resolve) => lines.once('close', resolve));
  clearInterval(ticks);
  process.exit(0);
}
