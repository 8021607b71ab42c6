import type { Policy } from "../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../src/plugin/index.ts";
import { categoryOf } from "./internal/category-of.ts";
import {
  describeUse,
  type ModelOrPolicy,
  modelsOf,
  policiesOf,
  readsOf,
  toPolicy,
} from "./internal/nested.ts";
import { policyTable } from "./internal/policy-table.ts";

export interface ByTaskOptions<Id extends string> {
  /** A model or a policy for each category. */
  readonly tasks: Readonly<Record<string, ModelOrPolicy<Id>>>;
  /** The model or policy for other categories, for no category, and where the category's policy has no opinion. */
  readonly otherwise: ModelOrPolicy<Id>;
}

export const byTaskOptions: OptionTable<ByTaskOptions<string>> = {
  tasks: { is: "any", expected: "an object of at least one model or policy" },
  otherwise: { is: "any", expected: "a model or a policy" },
};

/** Chooses by task: by the category that the request states, else by the classifier's. */
export function byTask<const Id extends string>(options: ByTaskOptions<Id>): Policy<Id> {
  const { tasks, otherwise: rest } = readOptions("byTask", byTaskOptions, options);
  const otherwise = toPolicy("byTask.otherwise", rest, "no model for this category");
  const table = policyTable("byTask.tasks", tasks, otherwise, (category) => `category ${category}`);

  return {
    name: "byTask",
    parameters: { tasks: table.described, otherwise: describeUse(rest) },
    models: modelsOf([table, otherwise]),
    reads: readsOf([table, otherwise]),
    inner: policiesOf([...Object.values(tasks), rest]),
    select: (context) => table.policyOf(categoryOf(context)).select(context),
  };
}
