import { onAbort } from "../../../plugin/on-abort.ts";
import { windowNames } from "../../status/window-names.ts";
import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import type { Reply } from "../reply.ts";
import { Feed } from "./feed.ts";
import { closed } from "./page-reply.ts";
import type { ServedDashboard } from "./served-dashboard.ts";

/** The pages that look at one recording. */
export interface Watchers {
  readonly count: number;
  /** Answers a call of `…/events/<window>` with a stream. Throws `HttpError` if too many look already. */
  reply(call: HttpCall): Reply;
  /** Ends all streams: pages connect again by themselves. */
  leave(): void;
}

/** Most pages at a time. */
const mostWatchers = 20;

export function createWatchers(dashboard: ServedDashboard): Watchers {
  const feeds = new Set<Feed>();
  let isLeft = false;
  return {
    get count() {
      return feeds.size;
    },
    reply({ path, headers, signal }) {
      const asked = path.slice(path.lastIndexOf("/") + 1);
      const window = windowNames.find((name) => name === asked);
      if (window === undefined)
        throw new HttpError(404, `the events are those of ${windowNames.join(", ")}`, { code: "not_found" });
      // A call that waited for its key while all others were ended.
      if (isLeft)
        throw new HttpError(503, "connect again", { code: "overloaded", headers: { "retry-after": "1" } });
      if (feeds.size >= mostWatchers)
        throw new HttpError(503, `${mostWatchers} pages look at this server already`, {
          code: "overloaded",
          headers: { "retry-after": "10" },
        });
      const feed: Feed = new Feed(dashboard, {
        window,
        lastEventId: headers.get("last-event-id"),
        onEnd: () => feeds.delete(feed),
      });
      feeds.add(feed);
      const end = () => void feed.return();
      if (signal?.aborted) end();
      else if (signal !== undefined) onAbort(signal, end);
      return {
        status: 200,
        headers: {
          "content-type": "text/event-stream; charset=utf-8",
          ...closed,
          // Proxies that gather answers would hold back frames.
          "x-accel-buffering": "no",
        },
        body: feed,
      };
    },
    leave() {
      isLeft = true;
      for (const feed of feeds) void feed.return();
    },
  };
}
