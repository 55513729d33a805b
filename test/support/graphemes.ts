/**
 * The add-on reads its table at the beginning of the memory in which it lies, so as it is loaded that must be its own,
 * and not a part of Node's pool for small buffers.
 */
const pool = Buffer.poolSize;
Buffer.poolSize = 0;
export const { UnicodeGraphemesAddon } = await import('@xterm/addon-unicode-graphemes');
Buffer.poolSize = pool;
