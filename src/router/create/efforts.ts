import { InvalidOptionError, type Model, type ReasoningEffort } from "../../contracts/index.ts";
import { checkEfforts } from "../../plugin/check-efforts.ts";
import { checkModel } from "../../plugin/check-model.ts";
import { checkText } from "../../plugin/option-checks.ts";
import { isEffort, readName } from "../../plugin/read-name.ts";
import { withEffort } from "./with-effort.ts";

/**
 * Returns models for a router's `models`, one for each reasoning effort of a model, under ids that are derived of `base`:
 *
 *     createRouter({ models: { small, ...efforts("large", openai("gpt-5.5"), ["low", "high"]) }, … })
 *
 * makes the ids `large@low` and `large@high`, with the names `openai:gpt-5.5@low` and `openai:gpt-5.5@high`. Policies, pins
 * and constraints choose among them as among any models; outcomes, costs and tunings are kept apart by name. What concerns
 * the endpoint they share: breaker, pause and limits. Where it fails, no fallback goes to another effort of it. In
 * constraints, `except("large@high")` means this effort and `except("large")` all of them.
 *
 * The id wins over the `reasoning_effort` of a request: each call has the effort of its id.
 *
 * `createRouter` refuses an effort that the model is known not to have. Throws `InvalidOptionError`.
 */
export function efforts<
  const Base extends string,
  const Effort extends ReasoningEffort,
  Given extends Model | string,
>(
  base: Base,
  model: Given,
  levels: readonly Effort[],
): { readonly [Id in `${Base}@${Effort}`]: Given extends string ? string : Model } {
  const option = "efforts";
  checkText(`${option}: the base id`, base);
  checkEfforts(`${option}(${JSON.stringify(base)})`, levels);
  if (levels.length === 0)
    throw new InvalidOptionError(`${option}(${JSON.stringify(base)})`, levels, "given at least one effort");
  if (typeof model !== "string") checkBase(`${option}(${JSON.stringify(base)}): the model`, model);
  else if (readName(model).effort !== undefined)
    throw new InvalidOptionError(
      `${option}(${JSON.stringify(base)}): the model`,
      model,
      "a name without an effort: each id has its own",
    );
  return Object.fromEntries(
    levels.map((effort) => [
      `${base}@${effort}`,
      typeof model === "string" ? `${model}@${effort}` : withEffort(model, effort),
    ]),
  ) as { readonly [Id in `${Base}@${Effort}`]: Given extends string ? string : Model };
}

/** Fields of `extraBody` that say how much a model reasons: they would win over the effort. */
const sameAsEffort = ["reasoning_effort", "reasoning", "thinking", "output_config"];

function checkBase(option: string, model: Model): void {
  checkModel(option, model);
  if (isEffort(model.effort))
    throw new InvalidOptionError(`${option}.effort`, model.effort, "absent: it has an effort already");
  for (const field of sameAsEffort)
    if (model.defaults?.extraBody?.[field] !== undefined)
      throw new InvalidOptionError(
        `${option}.defaults.extraBody.${field}`,
        model.defaults.extraBody[field],
        "absent: each id has its own effort",
      );
}
