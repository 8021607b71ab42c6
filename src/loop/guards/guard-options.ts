import { type OptionTable, readOptions } from "../../plugin/index.ts";
import type { FinishedRequest, Guard } from "./guard.ts";

/** Options that guards on a share of requests have. */
export interface ShareGuardOptions {
  /** Largest difference of the shares, candidate minus control, that counts as none; in (0, 1): 0.005 is half a point. */
  readonly margin: number;
  /** Default `guard`. */
  readonly kind?: "guard" | "signal" | undefined;
}

export const shareGuardOptions: OptionTable<ShareGuardOptions> = {
  // With a margin of 0 harm can never be ruled out: of two equal arms it is never proven that none is worse.
  margin: { is: "share", above: 0, below: 1 },
  kind: { is: "choice", of: ["guard", "signal"], default: "guard" },
};

/** Options of guards on what the router may have put right before the caller saw it. */
export interface MeasuredGuardOptions extends ShareGuardOptions {
  /**
   * `attempts`: what the arm's own models did, whatever saved the request; `requests`: what the caller saw. Default
   * `attempts`: a fallback hides a model that never answers, until it is the only one.
   */
  readonly of?: "attempts" | "requests" | undefined;
}

export const measuredGuardOptions: OptionTable<MeasuredGuardOptions> = {
  ...shareGuardOptions,
  of: { is: "choice", of: ["attempts", "requests"], default: "attempts" },
};

/** Returns the options of a guard on a share. Throws `InvalidOptionError`. */
export function readShareGuard(
  owner: string,
  options: ShareGuardOptions,
): Pick<Guard, "kind" | "margin" | "marginOf"> {
  return { ...readOptions(owner, shareGuardOptions, options), marginOf: "difference" };
}

/** Share of a unit's requests. */
export function shareOf(
  requests: readonly FinishedRequest[],
  is: (request: FinishedRequest) => boolean,
): number | undefined {
  return requests.length === 0 ? undefined : requests.filter(is).length / requests.length;
}
