import { type Evidence, noEvidence } from "./share-alarm.ts";
import type { UnitShares } from "./usual-share.ts";

/** A tenant, session or label whose requests are watched. Changed in place. */
export interface WatchedUnit {
  readonly name: string | undefined;
  /** Tenant of a unit that is not a tenant. */
  readonly tenant: string | undefined;
  requests: number;
  /** Share of requests for the large model, over about the last 1,000. */
  share: number;
  /** The same over about the last 100. */
  recent: number;
  readonly evidence: Evidence;
  /** True if it was seen since it was last considered for being forgotten. */
  isSeen: boolean;
  /** Number of the guard's request at which it was last seen, and whether that one could not be classified. */
  lastAt: number;
  isUnclassified: boolean;
  /** True if it is among those that say what is usual. */
  isSampled: boolean;
  alarm: Alarm | undefined;
  /** Number of alarms one soon after the other, by which caps get longer. */
  alarms: number;
  /** End of the last alarm on the monotonic clock. */
  alarmEndedAt: number;
}

export interface Alarm {
  /** End on the monotonic clock. */
  until: number;
  /** End that was told last: what goes on beyond it is told again. */
  toldUntil: number;
  /** Snapshot for policies. Frozen. */
  readonly verdict: EscalationVerdict;
}

/** Snapshot for a request, as decisions record it. */
export interface EscalationVerdict {
  readonly [field: string]: boolean | number | undefined;
  /** True if the request is kept from the large model. */
  readonly capped: boolean;
  /** Share of its last requests that was for the large model when the alarm was raised. */
  readonly share?: number | undefined;
  /** Largest share that was taken to be usual. */
  readonly usual?: number | undefined;
  /** True if it is that of all new tenants together. */
  readonly together?: true | undefined;
}

/** Number of requests after which a unit's own past says what is usual for it. */
const enoughOfOwn = 500;
/** Number of requests after which a unit says what is usual for others. */
export const enoughForOthers = 200;
/** Numbers of requests that shares are means of. */
const longMemory = 1_000;
const shortMemory = 100;
/** Bound of what is usual by others: above it a flood would take too long to be seen. */
const mostOfOthers = 0.85;
/** The same for a unit with a past of its own. */
const mostBesidePast = 0.8;
/** Part of the way from its share to 1 that a unit may go at most. */
const partOfRest = 0.6;
/** Usual share from which there is no test: too little is left above it. */
const noTest = 0.95;
/** Evidence from which a unit's past no longer learns: a flood must not become usual. */
const suspicious = 1_000;

export function createUnit(name: string | undefined, tenant: string | undefined): WatchedUnit {
  return {
    name,
    tenant,
    requests: 0,
    share: 0,
    recent: 0,
    evidence: noEvidence(),
    isSeen: false,
    lastAt: 0,
    isUnclassified: false,
    isSampled: false,
    alarm: undefined,
    alarms: 0,
    alarmEndedAt: Number.NEGATIVE_INFINITY,
  };
}

/**
 * Returns the largest share that is usual for the unit; undefined if it is not known, or if it is so high that nothing
 * is left to see. A unit with a past may do what it does and twice the margin more, or what others do; a new one what
 * others do. Where the others have risen together (a new release of the application, an outage of the classifier), it
 * is usual to rise.
 */
export function usualFor(
  { requests, share }: WatchedUnit,
  others: UnitShares | undefined,
  margin: number,
): number | undefined {
  let usual: number;
  if (requests >= enoughOfOwn) {
    usual = share + Math.min(2 * margin, partOfRest * (1 - share));
    if (others !== undefined)
      usual = Math.max(usual, others.median + 2 * margin, Math.min(others.most + margin, mostBesidePast));
  } else {
    // Others that differ so much say nothing of a new one.
    if (others === undefined || others.most >= 1) return undefined;
    usual = Math.min(others.most + margin, mostOfOthers);
  }
  return usual < noTest ? usual : undefined;
}

/** Learns a request. */
export function learnRequest(unit: WatchedUnit, isLarge: boolean, evidence: number): void {
  const x = isLarge ? 1 : 0;
  unit.requests += 1;
  unit.recent += (x - unit.recent) / Math.min(unit.requests, shortMemory);
  if (unit.alarm === undefined && evidence < suspicious)
    unit.share += (x - unit.share) / Math.min(unit.requests, longMemory);
}
