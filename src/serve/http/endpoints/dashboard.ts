import { onlyOfServer } from "../only-of-server.ts";
import { pageReply } from "../page/page-reply.ts";
import { refuseRebound } from "../page/refuse-rebound.ts";
import type { Watchers } from "../page/watchers.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * `GET /dashboard`: the page, for anyone, since it holds nothing. `GET /dashboard/events/1h`: what it shows, for holders
 * of a key that belongs to no tenant, sent in a header: it tells of all tenants.
 */
export function dashboardEndpoints(watchers: Watchers): readonly Endpoint[] {
  return [
    { method: "GET", path: "/dashboard", open: true, isOfServer: true, serve: pageReply },
    {
      method: "GET",
      path: "/dashboard/events/",
      isOfServer: true,
      async serve(call, { identify, options }) {
        if (options.authorise === undefined) refuseRebound(call);
        await onlyOfServer(call, identify);
        return watchers.reply(call);
      },
    },
  ];
}
