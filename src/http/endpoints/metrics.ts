import type { ServedMetrics } from "../served-metrics.ts";
import type { Endpoint } from "./endpoint.ts";

/** `GET /metrics`, behind the keys of the server unless they are open. */
export function metricsEndpoint(metrics: ServedMetrics): Endpoint {
  const open = metrics.open === true;
  return {
    method: "GET",
    path: "/metrics",
    open,
    async serve(call, { identify }) {
      if (!open) await identify(call);
      return { status: 200, headers: { "content-type": metrics.contentType }, body: await metrics.text() };
    },
  };
}
