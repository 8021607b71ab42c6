import { AFTER_END_MS, settles } from "../../../plugin/http/read-bounded.ts";

/**
 * Passes on the parts of an answer. Once the answer has ended it is complete: the rest of the stream (usage, an
 * end mark) is awaited for a second in all, and an error no longer matters. `endsWith` returns true for a part
 * with which the answer ends, false for one with which it goes on, and undefined for any other.
 */
export async function* untilEnd<T>(
  parts: AsyncIterable<T>,
  endsWith: (part: T) => boolean | undefined,
  afterEndMs: number = AFTER_END_MS,
): AsyncGenerator<T, void> {
  const iterator = parts[Symbol.asyncIterator]();
  let hasEnded = false;
  /** Set by the first read after the end: the consumer may take its time before. */
  let until: number | undefined;
  let isReading = false;
  try {
    for (;;) {
      isReading = true;
      const reading = iterator.next();
      if (hasEnded) {
        until ??= performance.now() + afterEndMs;
        if (!(await settles(reading, Math.max(0, until - performance.now())))) return;
      }
      const { done, value } = await reading;
      isReading = false;
      if (done) return;
      const ends = endsWith(value);
      if (ends !== undefined) {
        hasEnded = ends;
        until = undefined;
      }
      yield value;
    }
  } catch (error) {
    isReading = false;
    if (!hasEnded) throw error;
  } finally {
    const closing = iterator.return?.();
    // A read that is pending would delay it.
    if (isReading) closing?.catch(() => {});
    else await closing;
  }
}
