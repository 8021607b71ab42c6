import type { PriceTerms, PriceTier } from "../../../src/contracts/index.ts";
import { termsAt } from "../../../src/router/cost/inner.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Checks if models still cost what they did when the saving was measured. */
export function prices({
  tuning,
  priceOf,
  now,
}: Pick<GateContext, "tuning" | "priceOf" | "now">): CheckResult {
  const changed: string[] = [];
  const unknown: string[] = [];
  for (const model of tuning.models) {
    const tuned =
      tuning.prices !== undefined && Object.hasOwn(tuning.prices, model) ? tuning.prices[model] : undefined;
    const today = priceOf(model);
    if (tuned === undefined) unknown.push(`the tuning file holds no price of ${model}`);
    else if (today === undefined) unknown.push(`the current price of ${model} is not known`);
    else changed.push(...differences(model, tuned, termsAt(today, now)));
  }
  const figures = { models: tuning.models.length, changed, unknown };
  const of = (verdict: CheckResult["verdict"], sentence: string): CheckResult => ({
    name: "prices",
    verdict,
    sentence,
    figures,
  });
  if (changed.length > 0)
    return of("failed", `prices have changed (${changed.join("; ")}), and the saving with them: tune again`);
  if (unknown.length > 0)
    return of(
      "not-judged",
      `${unknown.join("; ")}: use eval tune --prices-from and eval check --config with a router that has it`,
    );
  return of("passed", `prices are those of the certificate (${tuning.models.join(", ")})`);
}

/** Rates that every tuning file has if they were known: an absent one is a difference. */
const alwaysWritten =
  /(?:^|\.)(?:usdPerMillion(?:Input|Output|CachedInput|CacheWrite)Tokens|usdPerRequest|aboveInputTokens)$/;

function differences(model: string, tuned: PriceTerms, today: PriceTerms): readonly string[] {
  const before = flat(plainTiers(tuned));
  const now = flat(plainTiers(today));
  const show = (rate: number | undefined): string => (rate === undefined ? "none" : String(rate));
  return (
    [...new Set([...before.keys(), ...now.keys()])]
      .filter((field) => before.get(field) !== now.get(field))
      // A file of an earlier version has no rates of classes of service, of sound, of an hour's cache.
      .filter(
        (field) => before.has(field) || (alwaysWritten.test(field) && !field.startsWith("serviceTiers.")),
      )
      .map((field) => `${model} ${field}: ${show(before.get(field))}, today ${show(now.get(field))}`)
  );
}

/** Writes inclusive bounds as exclusive ones, as earlier versions did. */
function plainTiers(price: PriceTerms): PriceTerms {
  const { tiers } = price;
  if (tiers === undefined) return price;
  const plain = ({ inclusive, ...tier }: PriceTier): PriceTier =>
    inclusive === true ? { ...tier, aboveInputTokens: tier.aboveInputTokens - 1 } : tier;
  return { ...price, tiers: tiers.map(plain) };
}

/** Flattens the rates of a price to paths, without absent ones. */
function flat(value: object, path = ""): Map<string, number> {
  const rates = new Map<string, number>();
  for (const [key, one] of Object.entries(value)) {
    const field = path === "" ? key : `${path}.${key}`;
    if (typeof one === "number") rates.set(field, one);
    else if (typeof one === "object" && one !== null)
      for (const [inner, rate] of flat(one, field)) rates.set(inner, rate);
  }
  return rates;
}
