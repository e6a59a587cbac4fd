const MARKS = /[\u0300-\u036f]/g;
const BETWEEN_WORDS = /[^\p{L}\p{N}]+/u;

/** Without case and diacritics: "Lê Lợi" and "le loi" are one. The stroke of đ is no diacritic to Unicode, but is to readers. */
export function fold(text: string): string {
  return text.toLowerCase().normalize('NFD').replaceAll(MARKS, '').replaceAll('đ', 'd');
}

export function wordsOf(text: string): string[] {
  return fold(text)
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '');
}

/** The words of the addresses of all rows, each word once. Only ever added to. */
export interface WordIndex {
  readonly codes: Map<string, number>;
  readonly words: string[];
  /** Codes of the words of one row after those of another: from `start[row]`, `count[row]` of them. */
  list: Uint32Array;
  used: number;
  start: Uint32Array;
  count: Uint8Array;
}

export function createWordIndex(rows: number): WordIndex {
  return {
    codes: new Map(),
    words: [],
    list: new Uint32Array(Math.max(1024, rows * 4)),
    used: 0,
    start: new Uint32Array(rows),
    count: new Uint8Array(rows),
  };
}

function codeOf(index: WordIndex, word: string): number {
  const known = index.codes.get(word);
  if (known !== undefined) return known;
  const code = index.words.push(word) - 1;
  index.codes.set(word, code);
  return code;
}

/** Puts the words of a row's address; beyond 255 they are not looked at. */
export function putWords(index: WordIndex, row: number, address: string | null): void {
  const words = address === null ? [] : wordsOf(address).slice(0, 255);
  if (index.used + words.length > index.list.length) {
    const larger = new Uint32Array(Math.ceil((index.used + words.length) * 1.3));
    larger.set(index.list.subarray(0, index.used));
    index.list = larger;
  }
  index.start[row] = index.used;
  index.count[row] = words.length;
  for (const word of words) index.list[index.used++] = codeOf(index, word);
}

/** Sets `found[row]` to 1 for the rows of which some word begins with each of the given ones. */
export function findWords(
  index: WordIndex,
  rows: number,
  wanted: readonly string[],
  found: Uint8Array,
): void {
  if (wanted.length === 0 || wanted.length > 8) return;
  const all = (1 << wanted.length) - 1;
  // per word of the dictionary: which of the wanted ones it begins with
  const hits = new Uint8Array(index.words.length);
  let any = false;
  for (const [bit, prefix] of wanted.entries())
    for (let code = 0; code < hits.length; code++)
      if (index.words[code]?.startsWith(prefix) === true) {
        hits[code] = (hits[code] ?? 0) | (1 << bit);
        any = true;
      }
  if (!any) return;
  const { list, start, count } = index;
  for (let row = 0; row < rows; row++) {
    const from = start[row] ?? 0;
    const until = from + (count[row] ?? 0);
    let met = 0;
    for (let at = from; at < until; at++) met |= hits[list[at] ?? 0] ?? 0;
    if (met === all) found[row] = 1;
  }
}
