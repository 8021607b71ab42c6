interface Due {
  readonly id: string;
  readonly at: number;
}

/** Ids in the order of their times: a binary heap. An id may be in it several times; the caller knows which one counts. */
export class DueHeap {
  readonly #entries: Due[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Returns the first entry. */
  first(): Due | undefined {
    return this.#entries[0];
  }

  add(id: string, at: number): void {
    const entries = this.#entries;
    let place = entries.length;
    entries.push({ id, at });
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((entries[above] as Due).at <= at) break;
      entries[place] = entries[above] as Due;
      place = above;
    }
    entries[place] = { id, at };
  }

  removeFirst(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= entries.length) break;
      if (below + 1 < entries.length && (entries[below + 1] as Due).at < (entries[below] as Due).at)
        below += 1;
      if ((entries[below] as Due).at >= last.at) break;
      entries[place] = entries[below] as Due;
      place = below;
    }
    entries[place] = last;
  }
}
