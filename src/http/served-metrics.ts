/** Series of a router: `prometheus(router)` makes them. */
export interface ServedMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** True if anyone may read them. Default false: every holder of a key may, so give tenants' keys no reach to the path. */
  readonly open?: boolean | undefined;
}
