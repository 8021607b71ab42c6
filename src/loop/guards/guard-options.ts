import { InvalidOptionError } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import type { FinishedRequest, Guard } from "./guard.ts";

/** Options that guards on a share of requests have. */
export interface ShareGuardOptions {
  /** Largest difference of the shares, candidate minus control, that counts as none; in (0, 1): 0.005 is half a point. */
  readonly margin: number;
  /** Default `guard`. */
  readonly kind?: "guard" | "signal" | undefined;
}

/** Checks the options of a guard on a share and returns them complete. Throws `InvalidOptionError`. */
export function shareGuardOptions(
  owner: string,
  options: ShareGuardOptions,
): Pick<Guard, "kind" | "margin" | "marginOf"> {
  checkKeys(owner, options, ["margin", "kind"]);
  return {
    kind: checkKind(owner, options.kind, "guard"),
    margin: checkMargin(`${owner}.margin`, options.margin),
    marginOf: "difference",
  };
}

/** With a margin of 0 harm can never be ruled out: of two equal arms it is never proven that none is worse. */
export function checkMargin(option: string, margin: unknown): number {
  return checkNumber(option, margin, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON });
}

export function checkKind(owner: string, kind: unknown, usual: "guard" | "signal"): "guard" | "signal" {
  if (kind === undefined) return usual;
  if (kind !== "guard" && kind !== "signal")
    throw new InvalidOptionError(`${owner}.kind`, kind, '"guard" or "signal"');
  return kind;
}

/** Share of a unit's requests. */
export function shareOf(
  requests: readonly FinishedRequest[],
  is: (request: FinishedRequest) => boolean,
): number | undefined {
  return requests.length === 0 ? undefined : requests.filter(is).length / requests.length;
}
