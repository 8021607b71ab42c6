import type { Router } from "../../../contracts/index.ts";
import { collect } from "../collect.ts";
import { seriesNames } from "../families.ts";
import type { Family } from "../family.ts";
import type { MetricsOptions } from "../options.ts";
import { writeText } from "./write-text.ts";

/** The series of a router. */
export interface Prometheus {
  /** `content-type` of the text. */
  readonly contentType: "text/plain; version=0.0.4; charset=utf-8";
  /**
   * Returns the text for a scrape. Never rejects: what cannot be read is counted in `switchpoint_unreadable_total`. Waits
   * at most `readTimeoutMs`, for budgets in a shared store.
   */
  text(): Promise<string>;
  /** Returns all series, with states as they are now, for readers in this process. Never rejects. */
  families(): Promise<readonly Family[]>;
  /** Counts no more. The text stays as it is. */
  close(): void;
}

/**
 * Counts what a router does from now on, and writes it as Prometheus reads it. Labels come from bounded sets: tenants,
 * sessions and names that providers or callers send are none. Throws `InvalidOptionError`.
 */
export function prometheus<Id extends string>(
  router: Router<Id>,
  options: MetricsOptions<Id> = {},
): Prometheus {
  const collected = collect("prometheus", router, options);
  const all = seriesNames.map((name) => collected.families[name]);
  return {
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    async text() {
      await collected.read();
      return writeText(all);
    },
    async families() {
      await collected.read();
      return all;
    },
    close: collected.close,
  };
}
