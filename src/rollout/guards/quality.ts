import { InvalidOptionError } from "../../contracts/index.ts";
import { checkKeys } from "../../plugin/index.ts";
import type { Guard, RatedQuality } from "./guard.ts";
import { checkKind, checkMargin, type ShareGuardOptions } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

export interface QualityGuardOptions extends ShareGuardOptions {
  /** Origin of the verdicts that count: those of one origin are not compared with those of another. */
  readonly from: "feedback" | "audit" | "judge";
}

const origins: readonly unknown[] = ["feedback", "audit", "judge"];

/**
 * Guard on the loss of quality, 1 - the mean quality of a unit's rated answers. Units without a verdict say nothing: the
 * guard assumes that whether an answer is rated does not depend on the arm beyond its quality. Exact. Throws
 * `InvalidOptionError`.
 */
export function quality(options: QualityGuardOptions): Guard<PairedState> {
  checkKeys("quality", options, ["margin", "kind", "from"]);
  const { from } = options;
  if (!origins.includes(from))
    throw new InvalidOptionError("quality.from", from, '"feedback", "audit" or "judge"');
  const counts = (rated: RatedQuality) =>
    (rated.source === from || rated.source.startsWith(`${from}:`)) && rated.value >= 0 && rated.value <= 1;
  return pairedGuard({
    name: `quality:${from}`,
    kind: checkKind("quality", options.kind, "guard"),
    margin: checkMargin("quality.margin", options.margin),
    marginOf: "difference",
    unit: "quality",
    value(requests) {
      const rated = requests.flatMap(({ ratings = [] }) => ratings).filter(counts);
      const sum = rated.reduce((total, { value }) => total + value, 0);
      return rated.length === 0 ? undefined : 1 - sum / rated.length;
    },
  });
}
