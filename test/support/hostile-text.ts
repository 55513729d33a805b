import fc from 'fast-check';

/** Pieces that make terminals, or those who count cells, do what nobody wants. */
const PIECES: readonly string[] = [
  ...['\x1b]0;title\x07', '\x1b]2;title\x1b\\', '\x1b]52;c;YQ==\x07', '\x1b]52;c;?\x1b\\', '\x9d2;title\x9c'],
  ...['\x1b]8;;http://x\x1b\\', '\x1b]9;note\x07', '\x1b]777;notify;a;b\x07', '\x1b]4;1;?\x07', '\x1b]0;cut short'],
  ...['\x1b[2J', '\x1b[H', '\x1b[10;10H', '\x1b[A', '\x1b[5B', '\x1b[99D', '\x1b[1000C', '\x1b[s', '\x1b[u', '\x9b2J'],
  ...['\x1b[?1049h', '\x1b[?1049l', '\x1b[?25l', '\x1b[?1000h', '\x1b[?2004h', '\x1b[?7l', '\x1b[3;5r', '\x1b[20h'],
  ...['\x1b[6n', '\x1b[c', '\x1b[>c', '\x1b[18t', '\x1b[14t', '\x1b[21t', '\x1b[?u', '\x1b[>1u', '\x1bZ', '\x05'],
  ...['\x1bP$q m\x1b\\', '\x1bPq#0;2;0;0;0~-\x1b\\', '\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\', '\x90q\x9c', '\x1b_G\x1b\\'],
  ...[
    '\x1b^pm\x1b\\',
    '\x1bXsos\x1b\\',
    '\x1bOP',
    '\x1bN',
    '\x8fA',
    '\x1bc',
    '\x1b7',
    '\x1b8',
    '\x1bD',
    '\x1bE',
    '\x1bM',
  ],
  ...['\x1b(0', '\x1b)B', '\x1b#8', '\x1b%G', '\x1b', '\x1b[', '\x1b]', '\x1b[38;5', '\x1b[31', '\x0e', '\x0f', '\x18'],
  ...['\x1b[31m', '\x1b[1;38;5;200m', '\x1b[48:2::10:20:30m', '\x1b[7m', '\x1b[8m', '\x1b[5m', '\x1b[0m', '\x1b[m'],
  ...['\x07', '\b', '\b\b\b\b', '\r', '\n', '\r\n', '\t', '\v', '\f', '\x7f', '\0', '\x85', '\u2028', '\u2029'],
  ...['\u202e', '\u202d', '\u2066', '\u2069', '\u200e', '\u200f', '\u061c', '\u200b', '\u200c', '\u200d', '\u2060'],
  ...[
    '\ufeff',
    '\ufe0f',
    '\ufe0e',
    '\u00ad',
    '\u034f',
    '\u180e',
    '\u20e3',
    '\u115f',
    '\u3164',
    '\u{e0041}',
    '\u{e0100}',
  ],
  ...['\ud83d', '\udc68', '\ud800', '\udfff', '\ufffe', '\uffff', '\u{10ffff}', '\u0301', '\u0301\u0302\u0303\u0304'],
  ...[
    '漢字',
    'カナ',
    'ﾊﾟ',
    '한글',
    '\u1112\u1161\u11ab',
    '\u1100\u1100',
    'กำลัง',
    'ຳ',
    'हिन्दी',
    'क्ष',
    'தமிழ்',
    'ൎക',
    'שלום',
    'مرحبا',
  ],
  ...['👍🏽', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '🇦', '❤️', '❤', '1️⃣', '😀', '🫠', '🫨', '\u{1f3fb}', '☰', '䷀', '⚡', '⌚'],
  ...['a', 'ordinary words', ' ', '…', '│', '❯', 'é', 'e\u0301', 'Å', 'ß', '½', '\ue0b0', '𝒳', '𓀀'],
];

/** Text that is out to break the screen: sequences, characters of every kind, and mixtures of them. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
      { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0x10ffff }).map((code) => String.fromCodePoint(code)) },
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));
