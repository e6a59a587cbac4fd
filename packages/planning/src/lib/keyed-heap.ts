/** Indices by falling key, the lower index first among equals; an index may be in it several times. */
export interface KeyedHeap {
  push(index: number, key: number): void;
  pop(): { readonly index: number; readonly key: number } | undefined;
}

export function keyedHeap(): KeyedHeap {
  const indices: number[] = [];
  const keys: number[] = [];
  const before = (left: number, right: number): boolean => {
    const a = keys[left] ?? 0;
    const b = keys[right] ?? 0;
    return a > b || (a === b && (indices[left] ?? 0) < (indices[right] ?? 0));
  };
  const swap = (left: number, right: number): void => {
    const index = indices[left] ?? 0;
    const key = keys[left] ?? 0;
    indices[left] = indices[right] ?? 0;
    keys[left] = keys[right] ?? 0;
    indices[right] = index;
    keys[right] = key;
  };
  return {
    push(index, key) {
      let at = indices.push(index) - 1;
      keys.push(key);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop() {
      const [index] = indices;
      const [key] = keys;
      if (index === undefined || key === undefined) return undefined;
      const last = indices.length - 1;
      swap(0, last);
      indices.pop();
      keys.pop();
      for (let at = 0; ;) {
        let best = at;
        if (2 * at + 1 < last && before(2 * at + 1, best)) best = 2 * at + 1;
        if (2 * at + 2 < last && before(2 * at + 2, best)) best = 2 * at + 2;
        if (best === at) break;
        swap(at, best);
        at = best;
      }
      return { index, key };
    },
  };
}
