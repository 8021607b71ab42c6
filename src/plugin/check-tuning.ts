import { InvalidOptionError } from "../contracts/errors/index.ts";
import type { Tuning } from "../contracts/tuning.ts";
import { checkText } from "./option-checks.ts";

/** Throws `InvalidOptionError` unless the value has all that a router reads of a tuning file. */
export function checkTuning(option: string, tuning: Tuning): void {
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
  if (!isObject(tuning)) throw new InvalidOptionError(option, tuning, "the contents of a tuning file");
  const { version, expiresAt, policy, models, classifier } = tuning;
  checkText(`${option}.version`, version);
  if (typeof expiresAt !== "string" || Number.isNaN(Date.parse(expiresAt)))
    throw new InvalidOptionError(`${option}.expiresAt`, expiresAt, "a date in ISO 8601");
  for (const [field, holder] of Object.entries({ policy, classifier })) {
    if (!isObject(holder))
      throw new InvalidOptionError(`${option}.${field}`, holder, "an object with a name");
    checkText(`${option}.${field}.name`, holder.name);
  }
  checkText(`${option}.classifier.version`, classifier.version);
  if (!Array.isArray(models)) throw new InvalidOptionError(`${option}.models`, models, "an array of names");
}
