import type { ArmRequest } from "../units/unit-request.ts";
import type { Verdict } from "./verdict.ts";

/** Name of what is found here, in the place of a guard. */
export const failedInARow = "failed-in-a-row";

/** Units of the candidate whose requests fail one after another, without one that does not, before it is rolled back. */
export const mostFailedUnits = 30;
/** The same of requests of one unit, which pause: it may be the unit. */
export const mostFailedRequests = 20;
/** Units whose failures are counted: more are not needed, and those that fail for good are few. */
const mostCounted = 1_000;

/** Watches requests of the candidate that fail one after another. */
export interface FailedInARow {
  /** Counts a request. Returns a verdict once too many have failed. */
  note(request: ArmRequest): Verdict | undefined;
}

/**
 * Watches what this process sees alone, at any share, before there are pairs of units to compare. Of a candidate that fails one
 * request in two, 30 units in a row fail in one of 1,000,000,000 rows. While control's last request failed as well, nothing is
 * said: then both fail, and going back would help no caller. A request fails here if a call of the arm's own models did, whatever
 * answered in its place; one that a check refused does not, since cascades are made for that.
 */
export function watchFailures(): FailedInARow {
  const units = new Set<string>();
  const requests = new Map<string, number>();
  let controlFails = false;
  return {
    note({ arm, unitHash, request }) {
      if (request.outcome === "aborted" && request.troubled === undefined) return undefined;
      const fails = request.outcome === "failed" || request.troubled === "failed";
      if (arm === "control") {
        controlFails = fails;
        return undefined;
      }
      if (!fails) {
        units.clear();
        requests.delete(unitHash);
        return undefined;
      }
      if (units.size < mostFailedUnits) units.add(unitHash);
      if (requests.size >= mostCounted && !requests.has(unitHash)) requests.clear();
      const ofUnit = (requests.get(unitHash) ?? 0) + 1;
      requests.set(unitHash, ofUnit);
      if (units.size >= mostFailedUnits && !controlFails) {
        units.clear();
        return {
          verdict: "roll-back",
          guard: failedInARow,
          reason: `the candidate's own models failed for ${mostFailedUnits} units, with no request in between that they answered`,
          numbers: { candidateUnits: mostFailedUnits },
        };
      }
      if (ofUnit < mostFailedRequests) return undefined;
      requests.delete(unitHash);
      return {
        verdict: "pause",
        signal: failedInARow,
        reason: `the candidate's own models failed for ${mostFailedRequests} requests of one unit in a row`,
        numbers: { candidateRequests: mostFailedRequests },
      };
    },
  };
}
