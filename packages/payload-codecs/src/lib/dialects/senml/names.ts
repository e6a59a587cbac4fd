/** What a measure is at a source; undefined: nothing of the catalogue. */
export type Meaning = { readonly quantity: string; readonly unit: string } | 'bad_unit' | undefined;

/** What a name is taken apart to, and what it meant in the unit it had last. */
export interface Name {
  readonly device: string;
  readonly measure: string;
  /** The measure fit for messages. */
  readonly label: string;
  /** Undefined: it was not asked for yet. */
  unit: string | undefined;
  meaning: Meaning;
}

/** More than the measures of a city; beyond, memory starts afresh. */
const MOST_NAMES = 100_000;
/** A longer name is nobody's every day. */
const LONGEST = 300;

/** Names taken apart, each once: base name and name are looked up as they come, as putting them together costs more than all else of a record. */
export class Names {
  readonly #split: (name: string) => Name;
  readonly #byBase = new Map<string, Map<string, Name>>();
  #size = 0;

  constructor(split: (name: string) => Name) {
    this.#split = split;
  }

  of(base: string, name: string): Name {
    const known = this.#byBase.get(base)?.get(name);
    if (known !== undefined) return known;
    const full = base + name;
    const split = this.#split(full);
    if (full.length <= LONGEST) this.#keep(base, name, split);
    return split;
  }

  #keep(base: string, name: string, split: Name): void {
    if (this.#size >= MOST_NAMES) {
      this.#byBase.clear();
      this.#size = 0;
    }
    let names = this.#byBase.get(base);
    if (names === undefined) {
      names = new Map();
      this.#byBase.set(base, names);
    }
    names.set(name, split);
    this.#size += 1;
  }
}
