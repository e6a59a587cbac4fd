/** What is open of a telegram that comes line by line. */
interface OpenTelegram {
  readonly sinceUs: number;
  readonly lines: string[];
  characters: number;
}

/** What a line does to the telegram it belongs to. */
export type SerialLine =
  | { readonly kind: 'open' }
  /** The first of a telegram while the one before had no end. */
  | { readonly kind: 'anew' }
  /** Of no telegram whose beginning was heard. */
  | { readonly kind: 'stray' }
  | { readonly kind: 'complete'; readonly lines: readonly string[] };

const OPEN: SerialLine = { kind: 'open' };
const ANEW: SerialLine = { kind: 'anew' };
const STRAY: SerialLine = { kind: 'stray' };

/** A meter writes its telegram at once, every 10 s at most. */
const LONGEST_US = 10e6;
/** More than any telegram has; a bridge that never writes "!" must not fill the memory. */
const MOST_CHARACTERS = 8192;
const MOST_LINES = 500;
/** Bridges with an open telegram, of one source. */
const MOST_OPEN = 10_000;

/** Telegrams that come line by line, one message each, from many bridges at once (TP-01). */
export class SerialLines {
  readonly #open = new Map<string, OpenTelegram>();

  /** Takes a line without its end. */
  add(bridge: string, line: string, receivedAtUs: number): SerialLine {
    const open = this.#open.get(bridge);
    if (line.startsWith('/')) {
      this.#begin(bridge, line, receivedAtUs);
      return open === undefined ? OPEN : ANEW;
    }
    if (open === undefined) return STRAY;
    open.characters += line.length;
    if (
      Math.abs(receivedAtUs - open.sinceUs) > LONGEST_US ||
      open.characters > MOST_CHARACTERS ||
      open.lines.length >= MOST_LINES
    ) {
      this.#open.delete(bridge);
      return STRAY;
    }
    open.lines.push(line);
    if (!line.startsWith('!')) return OPEN;
    this.#open.delete(bridge);
    return { kind: 'complete', lines: open.lines };
  }

  #begin(bridge: string, line: string, receivedAtUs: number): void {
    // Behind the others again: the first of the map is the oldest.
    this.#open.delete(bridge);
    if (line.length > MOST_CHARACTERS) return;
    this.#open.set(bridge, { sinceUs: receivedAtUs, lines: [line], characters: line.length });
    for (const [oldest, { sinceUs }] of this.#open) {
      if (this.#open.size <= MOST_OPEN && receivedAtUs - sinceUs <= LONGEST_US) return;
      this.#open.delete(oldest);
    }
  }
}
