import type { Check } from "../../../src/contracts/index.ts";
import { checkMethods, checkText } from "../../../src/plugin/index.ts";

/** Throws `InvalidOptionError` unless the value is a check. */
export function checkCheck(option: string, check: unknown): void {
  checkMethods(option, check, ["accepts"]);
  checkText(`${option}.name`, (check as Check).name);
}
