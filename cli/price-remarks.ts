import { counted } from "../src/plugin/counted.ts";
import type { ModelReport } from "./inspect-model.ts";
import { oneLine } from "./show-error.ts";

const longestName = 100;

/**
 * Returns remarks on a model's price and life, each with true if it is a problem: the model is retired, or another
 * one answers in its place.
 */
export function priceRemarks(
  { price, priceAgeDays, life, call }: ModelReport,
  maxPriceAgeDays: number,
  now: number,
): readonly (readonly [boolean, string])[] {
  const remarks: (readonly [boolean, string])[] = [];
  if (priceAgeDays !== undefined && priceAgeDays > maxPriceAgeDays)
    remarks.push([
      false,
      `its price was last checked ${counted(priceAgeDays, "day")} ago (${price?.source ?? "no source given"}): compare it with the provider's page`,
    ]);
  if (life !== undefined) {
    const { deprecatedOn, retiresOn, replacement, source } = life;
    const instead = replacement === undefined ? "" : `; the provider recommends ${replacement}`;
    if (retiresOn !== undefined && now >= Date.parse(retiresOn))
      remarks.push([!call?.answered, `retired on ${retiresOn}${instead} (${source})`]);
    else if (retiresOn !== undefined) remarks.push([false, `retires on ${retiresOn}${instead} (${source})`]);
    else if (deprecatedOn !== undefined && now >= Date.parse(deprecatedOn))
      remarks.push([false, `deprecated on ${deprecatedOn}${instead} (${source})`]);
  }
  if (call?.substitutedBy !== undefined)
    remarks.push([true, `${oneLine(call.substitutedBy).slice(0, longestName)} answered in its place`]);
  if (call?.unpriced !== undefined)
    remarks.push([false, `the cost of a call is not known: ${call.unpriced}`]);
  return remarks;
}
