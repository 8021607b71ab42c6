import { InvalidOptionError, type Policy } from "../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../src/plugin/index.ts";
import { firstOf } from "./first-of.ts";
import { describeUse, type ModelOrPolicy, policiesOf, toExplainedPolicy } from "./internal/nested.ts";
import { compileConditions, type RuleConditions } from "./internal/rule-conditions.ts";
import { type Condition, when } from "./when.ts";

export type { RuleConditions };

export interface Rule<Id extends string> {
  /** Conditions that must all hold, or a function of the context (see `Condition`). */
  readonly if: RuleConditions | Condition;
  readonly use: ModelOrPolicy<Id>;
  /** The reason that decisions record. Default: the conditions in words. */
  readonly reason?: string | undefined;
}

export const ruleOptions: OptionTable<Rule<string>, "reason"> = {
  if: { is: "any", expected: "conditions, or a function of the context" },
  use: { is: "any", expected: "a model or a policy" },
  reason: { is: "text", optional: true },
};

/**
 * Follows the first rule whose conditions hold and whose model or policy has an opinion; no opinion where
 * there is no such rule. Short for `firstOf(when(…), when(…), …)`.
 */
export function rules<const Id extends string>(list: readonly Rule<Id>[]): Policy<Id> {
  if (!Array.isArray(list) || list.length === 0)
    throw new InvalidOptionError("rules", list, "an array of at least one rule");
  const compiled = list.map((rule: Rule<Id>, index) => compileRule(rule, index));
  const first = firstOf<Id>(...compiled.map(({ policy }) => policy));

  return {
    name: "rules",
    parameters: { rules: compiled.map(({ parameters }) => parameters) },
    models: first.models,
    reads: first.reads,
    inner: policiesOf(list.map(({ use }) => use)),
    select: (context) => first.select(context),
  };
}

function compileRule<Id extends string>(rule: Rule<Id>, index: number) {
  const option = `rules[${index}]`;
  const { if: given, use, ...read } = readOptions(option, ruleOptions, rule);
  const { text, holds } = compileIf(`${option}.if`, given);
  const { reason = text } = read;
  return {
    policy: when(holds, toExplainedPolicy(`${option}.use`, use, reason)),
    // A copy by way of JSON drops keys that are undefined.
    parameters: {
      if: typeof given === "function" ? text : JSON.parse(JSON.stringify(given)),
      use: describeUse(use),
    },
  };
}

function compileIf(
  option: string,
  given: RuleConditions | Condition,
): { readonly text: string; readonly holds: Condition } {
  if (typeof given === "function") {
    // An anonymous function takes the name of its property.
    const text = given.name === "" || given.name === "if" ? "anonymous condition" : given.name;
    return { text, holds: given };
  }
  const conditions = compileConditions(option, given);
  return {
    text: conditions.map(({ text }) => text).join(", "),
    holds: (context) => conditions.every((condition) => condition.holds(context)),
  };
}
