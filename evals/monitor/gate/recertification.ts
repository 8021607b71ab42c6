import { percent, scopeOf, sizeOf, unknownPolicy } from "./describe-evidence.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/**
 * Checks if fresh outcomes alone would certify the same bound at the same confidence. If not, the check is
 * not judged: there are too few records, or the loss is too near to the promised one; the certificate may
 * still hold.
 */
export function recertification({
  evidence,
  tuning,
  fresh,
}: Pick<GateContext, "evidence" | "tuning" | "fresh">): CheckResult {
  const name = "recertification";
  if (evidence === undefined) return { name, verdict: "not-judged", ...unknownPolicy(tuning, fresh) };
  const open = evidence.filter(({ pBroken, delta }) => pBroken > delta);
  const figures = { scopes: evidence };
  const shown = (open.length > 0 ? open : evidence.slice(0, 1))
    .map((one) => {
      const most =
        one.upperBound === undefined
          ? ""
          : ` and at most ${percent(one.upperBound)} with ${percent(1 - one.delta)} confidence`;
      return `${scopeOf(one)}loss ${percent(one.loss)}${most}, ${percent(one.maxLoss)} promised (${sizeOf(one)})`;
    })
    .join("; ");
  if (open.length === 0)
    return {
      name,
      verdict: "passed",
      sentence: `fresh outcomes alone would certify it again: ${shown}`,
      figures,
    };
  const isAbove = open.some(({ loss, maxLoss }) => loss > maxLoss);
  const rest = isAbove ? "they lost more than was promised" : "more of them are needed";
  const sentence = `fresh outcomes alone would not certify it again: ${shown}; ${rest}`;
  return { name, verdict: "not-judged", sentence, figures };
}
