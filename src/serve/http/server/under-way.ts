import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";

/** Bounds of requests under way, which are taken before a body is read. */
export interface UnderWay {
  /** Counts a call with a body, until `leave` is called. Returns why it is refused, and then counts nothing. */
  enter(call: HttpCall, hasKeys: boolean): HttpError | (() => void);
}

/** Creates a count of at most `maxRequests` calls, and `maxRequestsPerKey` with one key. */
export function createUnderWay(maxRequests: number, maxRequestsPerKey: number): UnderWay {
  let all = 0;
  /** By key as it was sent, known or not: who does not have a key cannot use up its places. */
  const byKey = new Map<string, number>();
  return {
    enter(call, hasKeys) {
      // Lists of models and questions about health are answered at once, whatever else is under way.
      if (call.method !== "POST") return leaveNothing;
      if (all >= maxRequests) return full;
      const key = hasKeys ? keyOf(call) : undefined;
      const mine = key === undefined ? 0 : (byKey.get(key) ?? 0);
      if (mine >= maxRequestsPerKey) return tooManyOf(maxRequestsPerKey);
      all += 1;
      if (key !== undefined) byKey.set(key, mine + 1);
      return () => {
        all -= 1;
        if (key === undefined) return;
        const left = (byKey.get(key) ?? 1) - 1;
        if (left === 0) byKey.delete(key);
        else byKey.set(key, left);
      };
    },
  };
}

const leaveNothing = (): void => {};

/** Clients of Google send it in the query as well. */
function keyOf({ headers, query }: HttpCall): string | undefined {
  const sent =
    headers.get("authorization") ?? headers.get("x-api-key") ?? headers.get("x-goog-api-key") ?? undefined;
  return sent ?? new URLSearchParams(query).get("key") ?? undefined;
}

/** Their senders do well to come again: nothing has been done. */
const again = { "retry-after": "1", "retry-after-ms": "1000", "x-should-retry": "true" };

const full = new HttpError(
  503,
  "the server has too many requests under way (option maxRequests, --max-requests)",
  {
    code: "overloaded",
    headers: again,
  },
);

function tooManyOf(most: number): HttpError {
  return new HttpError(
    429,
    `${most} requests of this key are under way: wait for one to end (option maxRequestsPerKey)`,
    {
      code: "rate_limit_exceeded",
      headers: again,
    },
  );
}
