import { describe, expect, test } from "vitest";
import type { Price } from "../../../src/contracts/index.ts";
import { checkPrice } from "../../../src/plugin/index.ts";
import { lookUpModel } from "../../../src/router/cost/catalogue.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";
import { highestCost } from "../../../src/router/cost/highest-rates.ts";
import { priceAt } from "../../../src/router/cost/price-at.ts";
import { bills } from "./bills.data.ts";

function priceOf(price: string | Price): Price {
  if (typeof price !== "string") return price;
  const colon = price.indexOf(":");
  const found = lookUpModel(price.slice(0, colon), price.slice(colon + 1))?.price;
  if (found === undefined) throw new Error(`the catalogue has no price of ${price}`);
  return found;
}

describe("bills worked out by hand from price pages", () => {
  test("are at least thirty, each with its source and date", () => {
    expect(bills.length).toBeGreaterThanOrEqual(30);
    for (const { source, read } of bills) {
      expect(source.length).toBeGreaterThan(10);
      expect(read).toMatch(/^2026-\d\d-\d\d$/);
    }
    expect(new Set(bills.map(({ what }) => what)).size).toBe(bills.length);
  });

  test.each(bills)("$what", ({ price, usage, on, seconds, work, plusUsd = 0, usd }) => {
    const byHand = work.reduce((sum, [millions, rate]) => sum + millions * rate, plusUsd);
    expect(byHand).toBeCloseTo(usd, 9);
    const list = checkPrice("price", priceOf(price));
    const at = on === undefined ? undefined : Date.parse(on);
    const cost = costOf(priceAt(list, at), usage, seconds);
    expect(cost).toBeCloseTo(usd, 9);
    // What a budget reserves for such a call is never less, but for searches: nobody knows how many there will be.
    const bounds = { at, mostSeconds: seconds, serviceTier: usage.serviceTier };
    const most = highestCost(list, usage.inputTokens, usage.outputTokens, bounds);
    const bound = costOf(priceAt(list, at), { ...usage, searches: undefined }, seconds) ?? Number.NaN;
    expect(most).toBeGreaterThanOrEqual(bound - 1e-12);
  });
});
