/**
 * Estimates how long answers usually take at most: their mean and four mean deviations, each an average that forgets, as TCP
 * does for its retransmissions (RFC 6298, section 2).
 */
export class UsualTime {
  #meanMs: number | undefined;
  #deviationMs = 0;

  /** Milliseconds; 0 before the first answer. */
  get mostMs(): number {
    return (this.#meanMs ?? 0) + 4 * this.#deviationMs;
  }

  add(ms: number): void {
    if (this.#meanMs === undefined) {
      this.#meanMs = ms;
      this.#deviationMs = ms / 2;
      return;
    }
    this.#deviationMs += (Math.abs(ms - this.#meanMs) - this.#deviationMs) / 4;
    this.#meanMs += (ms - this.#meanMs) / 8;
  }
}
