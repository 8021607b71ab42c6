import { longestTimerMs } from "../longest-timer.ts";
import { describeRange, type NumberRange } from "./number-range.ts";
import type { AnyOption, NumberKind } from "./option-kind.ts";

/** Describes the values that an option may have, as it follows "must be" in an error. */
export function describeKind(kind: AnyOption): string {
  if (kind.expected !== undefined) return kind.expected;
  switch (kind.is) {
    case "any":
    case "checked":
      return "as its type says";
    case "number":
    case "share":
    case "duration":
      return describeRange(rangeOf(kind));
    case "boolean":
      return "true or false";
    case "text":
      return "a non-empty string";
    case "choice":
      return listed(kind.of);
    case "function":
      return "a function";
    case "object":
      return `an object with ${kind.methods.map((name) => `${name}()`).join(" and ")}`;
    case "list":
      return describeLength(kind.min, kind.max);
    case "tuple":
      return `an array of ${kind.of.length}`;
    case "ids":
      return "an array of model ids";
    case "record":
      return "an object";
    case "table":
      return "an object of options";
  }
}

const usualRanges = { number: [], share: [0, 1], duration: [1, longestTimerMs] } as const;

/** Returns the numbers that an option may be. */
export function rangeOf({ is, min, above, max, below, integer }: NumberKind): NumberRange {
  const [least, most] = usualRanges[is];
  return {
    min: above === undefined ? (min ?? least) : min,
    above,
    max: below === undefined ? (max ?? most) : max,
    below,
    integer,
  };
}

/** Lists values as people do: `"a", "b" or "c"`. */
function listed(of: readonly unknown[]): string {
  const shown = of.map((one) => JSON.stringify(one));
  return [shown.slice(0, -1).join(", "), ...shown.slice(-1)].filter((part) => part !== "").join(" or ");
}

function describeLength(min = 0, max = Number.POSITIVE_INFINITY): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "an array" : `an array of at least ${min}`;
  return min === 0 ? `an array of at most ${max}` : `an array of ${min} to ${max}`;
}
