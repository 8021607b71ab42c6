import { InvalidOptionError } from "../src/contracts/index.ts";

/** Parses a number option. Throws `InvalidOptionError` unless it is a number within the range. */
export function numberOption(option: string, text: string, min: number, max: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= min && value <= max))
    throw new InvalidOptionError(option, text, `a number in [${min}, ${max}]`);
  return value;
}

/** Parses an option that lies between 0 and 1, and is neither. Throws `InvalidOptionError`. */
export function openOption(option: string, text: string): number {
  const value = numberOption(option, text, 0, 1);
  if (value === 0 || value === 1) throw new InvalidOptionError(option, text, "a number above 0 and below 1");
  return value;
}
