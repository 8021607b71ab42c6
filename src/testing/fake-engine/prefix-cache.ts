/** A piece of a prompt. `hash` depends on all pieces before it, too: equal hashes mean equal prefixes. */
export interface PromptPiece {
  readonly hash: string;
  readonly tokens: number;
}

interface Entry {
  readonly hash: string;
  readonly tokens: number;
  /** Running sequences that use it. An entry with none may be evicted. */
  uses: number;
}

/** Tokens of running sequences and of remembered prefixes, in one memory: what is not in use is evicted, oldest first. */
export class PrefixCache {
  readonly #capacity: number;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  #used = 0;
  #inUse = 0;
  /** Room for answers of running sequences. */
  #reserved = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Share of the memory that running sequences hold, in [0, 1]. */
  get usage(): number {
    return Math.min(1, (this.#inUse + this.#reserved) / this.#capacity);
  }

  /** Returns how many tokens at the start of a prompt are remembered. */
  matched(pieces: readonly PromptPiece[]): number {
    let tokens = 0;
    for (const { hash, tokens: more } of pieces) {
      if (!this.#entries.has(hash)) break;
      tokens += more;
    }
    return tokens;
  }

  /** Takes room for a prompt and its answer. Returns the remembered tokens, or undefined if there is no room. */
  take(pieces: readonly PromptPiece[], answerTokens: number): number | undefined {
    const hit = this.matched(pieces);
    let missing = answerTokens;
    let pinned = 0;
    for (const { hash, tokens } of pieces) {
      const entry = this.#entries.get(hash);
      if (entry === undefined) missing += tokens;
      else if (entry.uses === 0) pinned += tokens;
    }
    if (this.#inUse + this.#reserved + pinned + missing > this.#capacity) return undefined;
    for (const piece of pieces) this.#use(piece);
    this.#reserved += answerTokens;
    this.#evict();
    return hit;
  }

  /** Gives the room back. `answer` is remembered after its prompt, if it was given whole. */
  release(pieces: readonly PromptPiece[], answerTokens: number, answer: PromptPiece | undefined): void {
    this.#reserved -= answerTokens;
    // The end of a prefix is of no use without its start: the start is used last, and so evicted last.
    if (answer !== undefined) {
      this.#use(answer);
      this.#free(answer.hash);
    }
    for (const { hash } of [...pieces].reverse()) this.#free(hash);
    this.#evict();
  }

  clear(): void {
    this.#entries.clear();
    this.#used = 0;
    this.#inUse = 0;
    this.#reserved = 0;
  }

  #use({ hash, tokens }: PromptPiece): void {
    let entry = this.#entries.get(hash);
    if (entry === undefined) {
      entry = { hash, tokens, uses: 0 };
      this.#entries.set(hash, entry);
      this.#used += tokens;
    }
    if (entry.uses === 0) this.#inUse += entry.tokens;
    entry.uses += 1;
  }

  #free(hash: string): void {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return;
    entry.uses -= 1;
    if (entry.uses > 0) return;
    this.#inUse -= entry.tokens;
    this.#entries.delete(hash);
    this.#entries.set(hash, entry);
  }

  #evict(): void {
    if (this.#used + this.#reserved <= this.#capacity) return;
    for (const entry of this.#entries.values()) {
      if (this.#used + this.#reserved <= this.#capacity) return;
      if (entry.uses > 0) continue;
      this.#entries.delete(entry.hash);
      this.#used -= entry.tokens;
    }
  }
}
