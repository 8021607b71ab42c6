import { InvalidOptionError } from "../contracts/errors/index.ts";
import { describeRange, isWithin } from "./options/number-range.ts";
import { refuseUnknown } from "./options/read-options.ts";

/** Range of numbers that `checkNumber` accepts. */
interface NumberRange {
  /** Smallest number. Default -Infinity; `Number.MIN_VALUE` means above 0. */
  readonly min?: number;
  /**
   * Largest number. Default: any finite one; Infinity allows infinite ones; `1 - Number.EPSILON` means
   * below 1.
   */
  readonly max?: number;
  readonly integer?: boolean;
}

/** Returns the number, or throws `InvalidOptionError` if it is NaN, infinite or out of range. */
export function checkNumber(option: string, value: unknown, { min, max, integer }: NumberRange = {}): number {
  // The exact range is made for what is out of it alone: prices have many numbers, and a router many prices.
  const isInside =
    typeof value === "number" && value >= (min ?? -Number.MAX_VALUE) && value <= (max ?? Number.MAX_VALUE);
  if (isInside && (integer !== true || Number.isInteger(value))) return value;
  const range = {
    ...(min === Number.MIN_VALUE ? { above: 0 } : { min }),
    ...(max === 1 - Number.EPSILON ? { below: 1 } : { max }),
    integer,
  };
  if (isWithin(value, range)) return value;
  throw new InvalidOptionError(option, value, describeRange(range));
}

/** Returns the string, or throws `InvalidOptionError` if it is empty or not a string. */
export function checkText(option: string, value: unknown): string {
  if (typeof value !== "string" || value.trim() === "")
    throw new InvalidOptionError(option, value, "a non-empty string");
  return value;
}

/** Throws `InvalidOptionError` unless the value is an object with the named methods. */
export function checkMethods(option: string, value: unknown, methods: readonly string[]): void {
  const holder = value as Record<string, unknown> | null;
  const fits =
    typeof value === "object" &&
    holder !== null &&
    methods.every((name) => typeof holder[name] === "function");
  if (!fits)
    throw new InvalidOptionError(
      option,
      value,
      `an object with ${methods.map((name) => `${name}()`).join(" and ")}`,
    );
}

/**
 * Throws `InvalidOptionError` on the first key that is not known, so that a misspelt option is not taken for
 * an absent one. The message does not show its value, which may be that of a misspelt `apiKey`.
 */
export function checkKeys(owner: string, options: unknown, known: readonly string[]): void {
  refuseUnknown(owner, options, known);
}
