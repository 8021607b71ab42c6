import type { Endpoint } from "./endpoint.ts";

/** Series of a router: `prometheus(router)` makes them. */
export interface ServedMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** True if anyone may read them. Default false: every holder of a key may, so give tenants' keys no reach to the path. */
  readonly open?: boolean | undefined;
}

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
