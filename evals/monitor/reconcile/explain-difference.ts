import { counted } from "../../../src/plugin/counted.ts";
import { showUsd } from "../../../src/plugin/show-usd.ts";
import { usdOfAtto } from "./atto-usd.ts";
import type { OurSide, TheirSide } from "./sides.ts";

/** Returns what may explain a difference between what was counted and what was billed, as far as it is in the records. */
export function explainDifference(
  ours: OurSide | undefined,
  theirs: TheirSide | undefined,
): readonly string[] {
  if (ours === undefined)
    return ["no line of ours: other users of the key, logs that are missing, or a fee of no model"];
  if (theirs === undefined || theirs.rows === 0)
    return ["no row of theirs: not billed yet, or under another model or key"];
  const because: string[] = [];
  if (ours.estimated > 0)
    because.push(
      `${counted(ours.estimated, "attempt")} without an answer's usage, lost or left: ${showUsd(usdOfAtto(ours.estimatedAtto))} is estimated`,
    );
  if (ours.unknown > 0) because.push(`${counted(ours.unknown, "attempt")} without a known price or cost`);
  const more = (theirs.requests ?? ours.billable) - ours.billable;
  if (more > 0)
    because.push(`${counted(more, "request")} more there: other users of the key, or logs that are missing`);
  if (more < 0) because.push(`${counted(-more, "attempt")} more here: not billed yet, or never billed`);
  if (because.length > 0) return because;
  const sameTokens = theirs.inputTokens === ours.inputTokens && theirs.outputTokens === ours.outputTokens;
  if (sameTokens && theirs.atto !== undefined && theirs.atto !== ours.atto)
    return ["the same tokens at another price: check the price in the config, discounts, class of service"];
  return [];
}
