import { numberOption } from "./number-option.ts";

/** Parses an option like `numberOption`; returns undefined if it is absent. */
export function optionalNumber(
  option: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  return text === undefined ? undefined : numberOption(option, text, min, max);
}
