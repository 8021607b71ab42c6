import type { PriceTerms, Rates } from "../../contracts/index.ts";

/** Multiplies all rates per token but those that a class of service has of its own, and leaves fees and machines as they are. */
export function timesFactor<T extends PriceTerms>(terms: T, factor: number): T {
  const { tiers } = terms;
  return {
    ...rates(terms, factor),
    ...(tiers !== undefined && { tiers: tiers.map((tier) => rates(tier, factor)) }),
  };
}

function rates<T extends Rates>(of: T, factor: number): T {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      name,
      // As people write it: 0.2 x 1.1 is 0.22.
      name.startsWith("usdPerMillion") ? Number(((value as number) * factor).toPrecision(12)) : value,
    ]),
  ) as T;
}
