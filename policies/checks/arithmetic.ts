import type { Check } from "../../src/contracts/index.ts";
import { textOf } from "./internal/answer-parts.ts";
import { claimsHold } from "./internal/arithmetic-claims.ts";

/**
 * Accepts an answer in which no equation of numbers is wrong: `12 * 1,500 = 18,000`, `$5 x 3 = $15`,
 * `20% of 50 = 10`, `(10 - 2) / 3 ≈ 2.67`, `5 apples + 3 apples = 8 apples`. Also accepts one without
 * equations. Reads only the text, of a long one the last 50,000 characters.
 *
 * Results may be rounded: by half a unit of the last digit, or by less than 1 where a division gives a
 * whole number. An equation with letters, powers, fractions in LaTeX, decimal commas or several units is
 * not checked, and a correct calculation with the wrong numbers is accepted.
 */
export function arithmetic(): Check {
  return {
    name: "arithmetic",
    reads: "text",
    accepts: (_, answer) => claimsHold(textOf(answer)),
  };
}
