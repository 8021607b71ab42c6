/** Series of a router: `prometheus(router)` makes them. */
export interface ServedMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** True if anyone may read them. Default false: a holder of a key may, unless it belongs to a tenant. */
  readonly open?: boolean | undefined;
}
