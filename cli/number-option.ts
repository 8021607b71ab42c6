import { InvalidOptionError } from "../src/contracts/index.ts";

/** Parses a number option. Throws `InvalidOptionError` unless it is a number within the range. */
export function numberOption(option: string, text: string, min: number, max: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= min && value <= max))
    throw new InvalidOptionError(option, text, `a number in [${min}, ${max}]`);
  return value;
}
