import { RouterError } from "../../contracts/index.ts";
import { ignore } from "../../plugin/ignore.ts";

/** Follow-ups of a router that have not ended. */
export interface FollowUps {
  /**
   * Adds one with a request of a size. Throws `RouterError` if the router is closed or has too many. Returns a function that removes it.
   */
  add(end: () => void, size: number): () => void;
  /** Notes work that `close` awaits. */
  track(work: Promise<unknown>): void;
  /** Ends all, refuses further ones, and waits until the calls that were under way have ended. */
  close(): Promise<void>;
}

/** Largest number of follow-ups at a time, and largest size of the requests that they hold. */
const mostFollowUps = 10_000;
const mostSize = 256_000_000;

export function createFollowUps(): FollowUps {
  const open = new Set<() => void>();
  const working = new Set<Promise<unknown>>();
  let sizes = 0;
  let closed = false;
  return {
    add(end, size) {
      if (closed) throw new RouterError("invalid-request", "the router is closed: no request is followed up");
      if (open.size >= mostFollowUps)
        throw new RouterError(
          "invalid-request",
          `${mostFollowUps} follow-ups are open: call end() on each, and open fewer at a time`,
        );
      if (open.size > 0 && sizes + size > mostSize)
        throw new RouterError(
          "invalid-request",
          `the requests of open follow-ups have a size of ${sizes}, and at most ${mostSize} is kept: call end() on each, and open fewer at a time`,
        );
      open.add(end);
      sizes += size;
      return () => {
        if (open.delete(end)) sizes -= size;
      };
    },
    track(work) {
      const done = work.then(ignore, ignore).finally(() => working.delete(done));
      working.add(done);
    },
    async close() {
      closed = true;
      for (const end of open) end();
      await Promise.all(working);
    },
  };
}
