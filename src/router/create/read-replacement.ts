import { InvalidOptionError, type ModelFacts, type Replacement } from "../../contracts/index.ts";
import { checkKeys, checkText } from "../../plugin/option-checks.ts";
import type { RouterParts } from "../life/parts.ts";
import type { GivenParts } from "./parts-of.ts";
import { checkDecidingOptions } from "./router-options.ts";

/** A replacement that was checked as far as it can be without the router's state. */
export interface ReadReplacement<Id extends string> {
  /** Names of the parts that were given. */
  readonly parts: readonly string[];
  readonly reason: string;
  readonly isDry: boolean;
  /** Returns all parts: those that were given, else the current ones. */
  over(current: RouterParts<Id>): GivenParts<Id>;
}

const names = ["policy", "classifier", "tuning", "constraints", "golden", "release"] as const;
const longestReason = 1_000;

/** Reads a replacement, each field once. Throws `InvalidOptionError`. */
export function readReplacement<Id extends string>(
  given: Replacement<Id>,
  models: Readonly<Record<string, ModelFacts>>,
): ReadReplacement<Id> {
  checkKeys("replace", given, [...names, "reason", "dryRun"]);
  const { policy, classifier, tuning, constraints, golden, release, dryRun = false } = given;
  const reason = readReason("replace.reason", given.reason);
  if (typeof dryRun !== "boolean") throw new InvalidOptionError("replace.dryRun", dryRun, "a boolean");
  const values = { policy, classifier, tuning, constraints, golden, release };
  const parts = names.filter((name) => values[name] !== undefined);
  if (parts.length === 0)
    throw new InvalidOptionError("replace", given, `given at least one of ${names.join(", ")}`);
  checkDecidingOptions(
    { policy, classifier, constraints, tuning: tuning ?? undefined, golden, release },
    models,
  );
  // A list that is changed while the parts are validated must not get by.
  const held = constraints && [...constraints];
  return {
    parts,
    reason,
    isDry: dryRun,
    over: (current) => ({
      policy: policy ?? current.deciding.policy,
      classifier: classifier ?? current.deciding.classifier,
      tuning: tuning === null ? undefined : (tuning ?? current.tuning),
      constraints: held ?? current.constraints,
      golden: golden ?? current.golden,
      release,
    }),
  };
}

/** Returns a reason for people. Throws `InvalidOptionError`. */
export function readReason(option: string, given: unknown): string {
  const reason = checkText(option, given);
  if (reason.length > longestReason)
    throw new InvalidOptionError(option, reason, `a text of at most ${longestReason} characters`);
  return reason;
}
