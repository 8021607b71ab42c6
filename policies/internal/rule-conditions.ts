import { InvalidOptionError, type PolicyContext, type RequestFacts } from "../../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
import { categoryOf } from "./category-of.ts";

type OneOrMore = string | readonly string[];

/** Conditions that must all hold. An unknown fact meets none. */
export interface RuleConditions {
  readonly tenant?: OneOrMore | undefined;
  /** The value of each label, or several of which one must match. */
  readonly labels?: Readonly<Record<string, OneOrMore>> | undefined;
  /** The request's category, else the classifier's. */
  readonly category?: OneOrMore | undefined;
  /** ISO 639-1 codes: two lower-case letters. */
  readonly language?: OneOrMore | undefined;
  /** Lower bound, inclusive. */
  readonly minInputTokens?: number | undefined;
  /** Upper bound, inclusive. */
  readonly maxInputTokens?: number | undefined;
  /** Lower bound of human turns, inclusive. */
  readonly minTurns?: number | undefined;
  /** Upper bound of human turns, inclusive. */
  readonly maxTurns?: number | undefined;
  /** True for requests that offer tools, false for those that do not. */
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  /** True for requests that ask for an answer by a JSON schema, false for those that do not. */
  readonly jsonSchema?: boolean | undefined;
}

/** A condition with its text for decisions. */
export interface CompiledCondition {
  readonly text: string;
  holds(context: PolicyContext): boolean;
}

const texts = {
  tenant: ({ request }: PolicyContext) => request.tenant,
  category: categoryOf,
  language: ({ request }: PolicyContext) => request.language,
};

const flags = {
  tools: ({ tools }: RequestFacts) => tools > 0,
  images: ({ images }: RequestFacts) => images > 0,
  jsonSchema: ({ jsonSchema }: RequestFacts) => jsonSchema,
};

const sizes = {
  InputTokens: { of: ({ inputTokens }: RequestFacts) => inputTokens, name: "input tokens" },
  Turns: { of: ({ turns }: RequestFacts) => turns, name: "turns" },
};

const oneOrMore = {
  is: "checked",
  check: textsOf,
  expected: "a string or an array of at least one string",
} as const;
const bound = { is: "number", min: 0, optional: true } as const;
const wanted = { is: "boolean", optional: true } as const;

export const ruleConditions: OptionTable<RuleConditions, keyof RuleConditions> = {
  tenant: { ...oneOrMore, optional: true },
  category: { ...oneOrMore, optional: true },
  language: {
    is: "checked",
    check: languagesOf,
    optional: true,
    expected: "a code of two lower-case letters (ISO 639-1), or several",
  },
  labels: { is: "record", of: oneOrMore, optional: true, expected: "an object of values by label" },
  minInputTokens: bound,
  maxInputTokens: bound,
  minTurns: bound,
  maxTurns: bound,
  tools: wanted,
  images: wanted,
  jsonSchema: wanted,
};

/** Throws `InvalidOptionError` unless there is at least one condition and each has a value that can hold. */
export function compileConditions(option: string, given: RuleConditions): readonly CompiledCondition[] {
  const conditions = readOptions(option, ruleConditions, given);
  const compiled = [
    ...Object.entries(texts).map(([name, factOf]) =>
      oneOf(name, conditions[name as keyof typeof texts], factOf),
    ),
    ...Object.entries(conditions.labels ?? {}).map(([key, values]) =>
      oneOf(`label ${key}`, values, ({ request }) =>
        Object.hasOwn(request.labels, key) ? request.labels[key] : undefined,
      ),
    ),
    ...Object.keys(sizes).map((size) => within(option, size as keyof typeof sizes, conditions)),
    ...Object.entries(flags).map(([name, factOf]) =>
      flag(name, conditions[name as keyof typeof flags], factOf),
    ),
  ].filter((one) => one !== undefined);
  if (compiled.length === 0)
    throw new InvalidOptionError(
      option,
      given,
      `given at least one of ${Object.keys(ruleConditions).join(", ")}`,
    );
  return compiled;
}

function textsOf(option: string, given: OneOrMore): readonly string[] {
  const values = typeof given === "string" ? [given] : given;
  if (!Array.isArray(values) || values.length === 0)
    throw new InvalidOptionError(option, given, oneOrMore.expected);
  // A hole is a value that is missing: it would hold for requests without the fact.
  return Array.from(values, (value) => readOption({ is: "text" }, option, value));
}

function languagesOf(option: string, given: OneOrMore): readonly string[] {
  return textsOf(option, given).map((value) =>
    readOption(
      { is: "text", pattern: /^[a-z]{2}$/, expected: "a code of two lower-case letters (ISO 639-1)" },
      option,
      value,
    ),
  );
}

function oneOf(
  name: string,
  given: OneOrMore | undefined,
  factOf: (context: PolicyContext) => string | undefined,
): CompiledCondition | undefined {
  if (given === undefined) return undefined;
  const values = typeof given === "string" ? [given] : given;
  const known: ReadonlySet<string | undefined> = new Set(values);
  return { text: `${name} ${values.join(" or ")}`, holds: (context) => known.has(factOf(context)) };
}

function within(
  option: string,
  size: keyof typeof sizes,
  conditions: RuleConditions,
): CompiledCondition | undefined {
  const { of, name } = sizes[size];
  const { [`min${size}` as const]: min, [`max${size}` as const]: max } = conditions;
  if (min === undefined && max === undefined) return undefined;
  if (max !== undefined) readOption({ is: "number", min: min ?? 0 }, `${option}.max${size}`, max);
  const bounds = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`];
  return {
    text: `${bounds.filter((bound) => bound !== false).join(" and ")} ${name}`,
    holds: ({ request }) => of(request) >= (min ?? 0) && of(request) <= (max ?? Number.POSITIVE_INFINITY),
  };
}

function flag(
  name: string,
  wanted: boolean | undefined,
  factOf: (request: RequestFacts) => boolean,
): CompiledCondition | undefined {
  if (wanted === undefined) return undefined;
  return {
    text: `${wanted ? "with" : "without"} ${name}`,
    holds: ({ request }) => factOf(request) === wanted,
  };
}
