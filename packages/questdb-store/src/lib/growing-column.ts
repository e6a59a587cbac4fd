/** Numbers in the order in which they came, without an object for each. */
export class GrowingColumn {
  #values = new Float64Array(256);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  get length(): number {
    return this.#length;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
