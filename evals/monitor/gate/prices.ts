import type { Price } from "../../../src/contracts/index.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Checks if models still cost what they did when the saving was measured. */
export function prices({ tuning, priceOf }: Pick<GateContext, "tuning" | "priceOf">): CheckResult {
  const changed: string[] = [];
  const unknown: string[] = [];
  for (const model of tuning.models) {
    const tuned =
      tuning.prices !== undefined && Object.hasOwn(tuning.prices, model) ? tuning.prices[model] : undefined;
    const today = priceOf(model);
    if (tuned === undefined) unknown.push(`the tuning file holds no price of ${model}`);
    else if (today === undefined) unknown.push(`the current price of ${model} is not known`);
    else changed.push(...differences(model, tuned, today));
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

function differences(model: string, tuned: Price, today: Price): readonly string[] {
  const before = flat(tuned);
  const now = flat(today);
  const show = (rate: number | undefined): string => (rate === undefined ? "none" : String(rate));
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((field) => before.get(field) !== now.get(field))
    .map((field) => `${model} ${field}: ${show(before.get(field))}, today ${show(now.get(field))}`);
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
