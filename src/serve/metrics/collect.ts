import type { Router, RouterEvent } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { hasFailed } from "../../plugin/has-failed.ts";
import { onlyReads } from "../../plugin/reading-sinks.ts";
import { packageVersion } from "../../version.ts";
import { createFamilies, type Families } from "./families.ts";
import { createLabels } from "./labels.ts";
import { attemptCounter } from "./on-attempt.ts";
import { decisionCounter } from "./on-decision.ts";
import { newsCounter } from "./on-news.ts";
import { type MetricsOptions, readMetricsOptions } from "./options.ts";
import { stateReader } from "./read-state.ts";
import { referenceCost } from "./reference-cost.ts";

/** The series of a router. */
export interface Collected {
  readonly families: Families;
  /** Reads what is a state and not a count. Never rejects; ends within `readTimeoutMs`. */
  read(): Promise<void>;
  /** Listens no more. */
  close(): void;
}

/** Counts what a router does from now on. Throws `InvalidOptionError`. */
export function collect<Id extends string>(
  owner: string,
  router: Router<Id>,
  options: MetricsOptions<Id>,
): Collected {
  const plain = router as unknown as Router;
  const read = readMetricsOptions(owner, plain, options as MetricsOptions);
  const { large, reference, tenants, maxLabelValues } = read;
  const families = createFamilies();
  const labels = createLabels(plain, {
    most: maxLabelValues,
    tenants,
    overflowed: families.labels_overflowed_total,
  });
  families.build_info.set(1, packageVersion);
  const onDecision = decisionCounter(families, labels, large);
  const onAttempt = attemptCounter(families, labels, tenants.length > 0);
  const onNews = newsCounter(families, labels);
  const price = reference === undefined ? undefined : plain.models[reference]?.price;

  beginAtZero(families, price !== undefined);
  const compare = ({ attempts, costUsd }: Completed): void => {
    const usage = answeringAttempt(attempts)?.usage;
    if (price === undefined || usage === undefined || costUsd === undefined) return;
    const cost = referenceCost(price, usage);
    // Both or none: what is compared covers the same requests.
    if (!(cost >= 0 && cost < largestCost && costUsd >= 0 && costUsd < largestCost)) return;
    families.reference_cost_usd_total.add(cost);
    families.compared_cost_usd_total.add(costUsd);
  };
  const ended = (outcome: string, event: Ended): void => {
    const tenant = event.decision?.request.tenant;
    families.requests_total.add(1, outcome, labels.model(event.decision?.model));
    families.request_duration_seconds.observe(event.latencyMs / 1_000, outcome);
    if (tenants.length > 0) families.tenant_requests_total.add(1, labels.tenant(tenant), outcome);
  };
  const listen = (event: RouterEvent): void => {
    switch (event.type) {
      case "attempt-started":
        break;
      case "decision-made":
        onDecision(event.decision);
        break;
      case "attempt-ended":
        onAttempt(event.attempt, event.tenant);
        break;
      case "request-completed":
        ended("completed", event);
        compare(event);
        break;
      case "request-coalesced":
        ended("coalesced", event);
        break;
      case "request-failed":
        if (hasFailed(event.error)) families.request_errors_total.add(1, labels.code(event.error.code));
        ended(hasFailed(event.error) ? "failed" : "aborted", event);
        break;
      default:
        onNews(event);
    }
  };
  const close = plain.observe(onlyReads(listen));
  const readState = stateReader(plain, families, labels, read);
  return {
    families,
    async read() {
      await readState();
      const { reference_cost_usd_total: all, compared_cost_usd_total: paid, saving_usd } = families;
      if (price !== undefined) saving_usd.set(sumOf(all) - sumOf(paid));
    },
    close,
  };
}

/** A series that begins with its first count hides it: a rate sees a rise from 0 alone. */
function beginAtZero(families: Families, isCompared: boolean): void {
  const { log_lost_decisions, reference_cost_usd_total: all, compared_cost_usd_total: paid } = families;
  log_lost_decisions.set(0);
  // Where nothing is compared, there is no saving, which is not one of 0.
  for (const family of Object.values(families))
    if (
      family.type === "counter" &&
      family.labels.length === 0 &&
      (isCompared || (family !== all && family !== paid))
    )
      family.add(0);
}

/** Largest cost of a request that is compared, in US dollars. */
const largestCost = 1e6;

type Completed = Extract<RouterEvent, { type: "request-completed" }>;
type Ended = Extract<RouterEvent, { type: "request-completed" | "request-failed" | "request-coalesced" }>;

function sumOf(family: Families["saving_usd"]): number {
  let sum = 0;
  for (const { value } of family.cells()) sum += value;
  return sum;
}
