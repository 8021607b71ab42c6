/**
 * Headers of an answer, as the read part of `Headers`. They stay the list that arrived: few of them are looked
 * at, and a `Headers` of them would take longer than the rest of a response.
 */
export class ResponseHeaders {
  /** Names and values in turn. */
  readonly #pairs: readonly string[];

  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  get(name: string): string | null {
    const pairs = this.#pairs;
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at < pairs.length; at += 2) {
      const key = pairs[at] as string;
      if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
      const value = (pairs[at + 1] as string).trim();
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#pairs.filter((_, at) => at % 2 === 1 && this.#pairs[at - 1]?.toLowerCase() === "set-cookie");
  }

  forEach(run: (value: string, name: string, headers: ResponseHeaders) => void, self?: unknown): void {
    for (const [name, value] of this) run.call(self, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    const values = new Map<string, string>();
    for (let at = 0; at < this.#pairs.length; at += 2) {
      const name = (this.#pairs[at] as string).toLowerCase();
      const value = (this.#pairs[at + 1] as string).trim();
      const before = values.get(name);
      values.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    yield* [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}
