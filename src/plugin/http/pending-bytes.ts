const nothing: Uint8Array = new Uint8Array();

/** Bytes of an event or a line whose end has not come yet. The caller bounds their number. */
export class PendingBytes {
  #bytes = nothing;
  #used = 0;

  get length(): number {
    return this.#used;
  }

  /** Keeps one more piece, in space that doubles: a server may send byte by byte. */
  keep(piece: Uint8Array): void {
    const used = this.#used + piece.length;
    if (used > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(used, 2 * this.#bytes.length));
      larger.set(this.all());
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#used);
    this.#used = used;
  }

  /** Returns what is kept together with the piece that completes it, and keeps nothing of it. */
  take(last: Uint8Array): Uint8Array {
    if (this.#used === 0) return last;
    const whole = new Uint8Array(this.#used + last.length);
    whole.set(this.all());
    whole.set(last, this.#used);
    this.clear();
    return whole;
  }

  /** Returns what is kept, as a view that the next `keep` may overwrite. */
  all(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#bytes = nothing;
    this.#used = 0;
  }
}
