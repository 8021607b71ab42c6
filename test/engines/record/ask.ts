import type { Reading } from "../../support/engine-fixtures.ts";
import type { ServerSetup } from "../engine.ts";

/** One thing that a recording asks an engine. */
export interface Ask {
  /** Name, which says what is the matter. */
  readonly name: string;
  readonly reads: Reading;
  /** Begins at the root: `/v1/models`. */
  readonly path: string;
  /** Sent as JSON by POST. Absent: a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Default: the server's own. Empty: none. */
  readonly key?: string;
  /** The server, which those that are equal share. Default: the one that cases share. */
  readonly server?: ServerSetup;
  /** Long calls that are under way meanwhile. Default 0. */
  readonly calls?: number;
  /** Asked again until the answer has this status and this in its text; after a minute the recording fails. */
  readonly until?: { readonly status?: number; readonly text?: RegExp };
  /** Whether it is asked from the start on, while the server loads its model; `until` says what is waited for. Default false. */
  readonly loading?: boolean;
}

/** What an engine's recording needs to know besides what all of them are asked. */
export interface Recording {
  /** Where it comes from and how it was built, for a reader. */
  readonly how: string;
  /** Paths that `describe()` of the product asks, with bodies of those that are posts. */
  readonly describedBy: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  /** What a description states of the shared server besides model and window. */
  readonly served: { readonly slots?: number; readonly tools?: boolean; readonly images?: boolean };
  /** Pattern of metrics that show one call that runs and two that wait. Absent: it has none at /metrics. */
  readonly oneRunsTwoWait?: RegExp;
  /** Lines of metrics that are kept. Default: all but those of buckets and of the process. */
  readonly keepsMetric?: RegExp;
  /** Status while it loads its model. Absent: it does not listen then. */
  readonly loadingStatus?: number;
  /** Asked besides. */
  readonly asks: readonly Ask[];
}
