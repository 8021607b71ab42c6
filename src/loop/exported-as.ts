import { InvalidOptionError } from "../contracts/index.ts";
import type { CheckedKind } from "../plugin/options/option-kind.ts";

/** Kind of a field of exported state that a function recognizes. */
export function exportedAs<Value>(is: (value: unknown) => value is Value): CheckedKind<Value> {
  return {
    is: "checked",
    check(path, value: unknown) {
      if (!is(value)) throw new InvalidOptionError(path, typeof value, "what exportState() returned");
      return value;
    },
  };
}
