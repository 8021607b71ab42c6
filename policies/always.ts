import type { Choice, Policy } from "../src/contracts/index.ts";
import { readOption } from "../src/plugin/index.ts";
import { isPermitted } from "./internal/is-permitted.ts";

/**
 * Sends every request to one model; no opinion where that model is not permitted. `reason` is recorded
 * in its decisions. Default: `always <model>`.
 */
export function always<const Id extends string>(model: Id, reason: string = `always ${model}`): Policy<Id> {
  readOption({ is: "text" }, "always.model", model);
  readOption({ is: "text" }, "always.reason", reason);
  const choice: Choice<Id> = Object.freeze({ model, reason });

  return {
    name: "always",
    parameters: { model },
    models: [model],
    select: ({ candidates }) => (isPermitted(candidates, model) ? choice : undefined),
  };
}
