import { numberOption } from "./number-option.ts";

/** `numberOption` for an option that may be absent. */
export function optionalNumber(
  option: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  return text === undefined ? undefined : numberOption(option, text, min, max);
}
