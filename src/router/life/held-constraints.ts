import type { Constraint } from "../../contracts/index.ts";

/**
 * Returns constraints as they are now. A router rests on them: what is done to their objects later, or to the
 * list, changes nothing.
 */
export function heldConstraints<Id extends string>(
  constraints: readonly Constraint<Id>[],
): readonly Constraint<Id>[] {
  return constraints.map((constraint) => {
    const { name, models, maxCallUsd, yields, excludes, permits } = constraint;
    return {
      name,
      models,
      maxCallUsd,
      yields,
      ...(excludes !== undefined && { excludes: (model) => excludes.call(constraint, model) }),
      permits: (candidate, context) => permits.call(constraint, candidate, context),
    };
  });
}
