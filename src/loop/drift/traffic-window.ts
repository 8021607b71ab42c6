import type { Decision } from "../../contracts/index.ts";
import { labelsOf, TRAFFIC_LABELS, type TrafficLabel } from "./traffic-labels.ts";
import { unitNumber } from "./unit-number.ts";

export type LabelCounts = ReadonlyMap<string, number>;

/** Requests of a window in short. Each is of another session. */
export interface TrafficCounts {
  readonly requests: number;
  /** Complexities by the last classifier, `name@version`; those of one before are dropped. */
  readonly scores: readonly number[];
  readonly classifier?: string | undefined;
  /** Requests that should have been classified, and those where it failed. */
  readonly asked: number;
  readonly failures: number;
  readonly labels: Readonly<Record<TrafficLabel, LabelCounts>>;
}

/** Requests since the last window ended. */
export interface TrafficWindow {
  /** Adds a request; returns false, and counts it as left out, if its session is there or its tenant has its part. */
  add(decision: Decision): boolean;
  /** Requests that were left out for their tenant's part. */
  readonly leftOut: number;
  readonly counts: TrafficCounts;
  /** Forgets the counts of one label. */
  forget(label: TrafficLabel): void;
}

export interface TrafficWindowOptions {
  readonly size: number;
  readonly maxTenantShare: number;
  readonly seed: number;
}

/** Times the size of a window that is waited for other tenants, if those that are there cannot fill it. */
const patience = 10;

/** Creates a window, with counts to go on from. Memory is bounded by its size: each request adds one of each label. */
export function trafficWindow(
  { size, maxTenantShare, seed }: TrafficWindowOptions,
  before?: TrafficCounts,
): TrafficWindow {
  let requests = before?.requests ?? 0;
  let scores: number[] = [...(before?.scores ?? [])];
  let classifier = before?.classifier;
  let asked = before?.asked ?? 0;
  let failures = before?.failures ?? 0;
  let leftOut = 0;
  const labels = Object.fromEntries(
    TRAFFIC_LABELS.map((label) => [label, new Map(before?.labels[label])]),
  ) as Record<TrafficLabel, Map<string, number>>;
  const sessions = new Set<number>();
  const tenants = new Map<number, number>();

  /** A few tenants that send everything get equal parts in the end. */
  const partOf = (): number => {
    const part = Math.ceil(maxTenantShare * size);
    return leftOut < patience * size ? part : Math.max(part, Math.ceil(size / tenants.size));
  };

  /** True if the request is one of a session that is here, or of a tenant that has its part. */
  const isTooMuch = ({ request: { session, tenant } }: Decision): boolean => {
    const unit = session === undefined ? undefined : unitNumber(`${tenant ?? ""}\n${session}`, seed);
    if (unit !== undefined && sessions.has(unit)) return true;
    if (tenant !== undefined) {
      const owner = unitNumber(tenant, seed);
      const own = tenants.get(owner) ?? 0;
      if (own >= partOf()) {
        leftOut += 1;
        return true;
      }
      tenants.set(owner, own + 1);
    }
    if (unit !== undefined) sessions.add(unit);
    return false;
  };

  return {
    get leftOut() {
      return leftOut;
    },
    get counts() {
      return { requests, scores, classifier, asked, failures, labels };
    },
    forget: (label) => labels[label].clear(),
    add(decision) {
      if (isTooMuch(decision)) return false;
      const { classification, classifierError, versions } = decision;
      requests += 1;
      if (classification !== undefined || classifierError !== undefined) asked += 1;
      if (classifierError !== undefined) failures += 1;
      const score = classification?.complexity;
      if (typeof score === "number" && Number.isFinite(score)) {
        if (versions.classifier !== classifier) {
          classifier = versions.classifier;
          scores = [];
        }
        scores.push(score);
      }
      for (const [label, value] of Object.entries(labelsOf(decision)) as [TrafficLabel, string][])
        labels[label].set(value, (labels[label].get(value) ?? 0) + 1);
      return true;
    },
  };
}
