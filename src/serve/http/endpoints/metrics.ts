import { onlyOfServer } from "../only-of-server.ts";
import type { ServedMetrics } from "../served-metrics.ts";
import type { Endpoint } from "./endpoint.ts";

/** `GET /metrics`, for holders of a key that belongs to no tenant unless they are open: the series tell of all tenants. */
export function metricsEndpoint(metrics: ServedMetrics): Endpoint {
  const { open = false } = metrics;
  return {
    method: "GET",
    path: "/metrics",
    open,
    isOfServer: true,
    async serve(call, { identify }) {
      if (!open) await onlyOfServer(call, identify);
      return { status: 200, headers: { "content-type": metrics.contentType }, body: await metrics.text() };
    },
  };
}
