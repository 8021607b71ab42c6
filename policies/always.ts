import { type Candidate, type Choice, checkText, type Policy } from "../src/contracts/index.ts";

/** Every request to one model; no opinion where that model is not permitted. */
export function always<const Id extends string>(model: Id): Policy<Id> {
  checkText("always.model", model);
  const choice: Choice<Id> = { model, reason: `always ${model}` };
  const isModel = (candidate: Candidate<Id>) => candidate.id === model;

  return {
    name: "always",
    parameters: { model },
    models: [model],
    select: ({ candidates }) => (candidates.some(isModel) ? choice : undefined),
  };
}
