import { InvalidOptionError, type PolicyContext, type RequestFacts } from "../../src/contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../src/plugin/index.ts";
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

const names: readonly string[] = [
  ...Object.keys(texts),
  "labels",
  ...Object.keys(sizes).flatMap((size) => [`min${size}`, `max${size}`]),
  ...Object.keys(flags),
];

/** Throws `InvalidOptionError` unless there is at least one condition and each has a value that can hold. */
export function compileConditions(option: string, conditions: RuleConditions): readonly CompiledCondition[] {
  checkKeys(option, conditions, names);
  const compiled = [
    ...Object.entries(texts).map(([name, factOf]) =>
      oneOf(`${option}.${name}`, name, conditions[name as keyof typeof texts], factOf),
    ),
    ...labelConditions(`${option}.labels`, conditions.labels),
    ...Object.keys(sizes).map((size) => within(option, size as keyof typeof sizes, conditions)),
    ...Object.entries(flags).map(([name, factOf]) =>
      flag(`${option}.${name}`, name, conditions[name as keyof typeof flags], factOf),
    ),
  ].filter((one) => one !== undefined);
  if (compiled.length === 0)
    throw new InvalidOptionError(option, conditions, `given at least one of ${names.join(", ")}`);
  return compiled;
}

function oneOf(
  option: string,
  name: string,
  given: OneOrMore | undefined,
  factOf: (context: PolicyContext) => string | undefined,
): CompiledCondition | undefined {
  if (given === undefined) return undefined;
  const values = typeof given === "string" ? [given] : given;
  if (!Array.isArray(values) || values.length === 0)
    throw new InvalidOptionError(option, given, "a string or an array of at least one string");
  for (const value of values) {
    checkText(option, value);
    if (name === "language" && !/^[a-z]{2}$/.test(value))
      throw new InvalidOptionError(option, value, "a code of two lower-case letters (ISO 639-1)");
  }
  const known: ReadonlySet<string | undefined> = new Set(values);
  return { text: `${name} ${values.join(" or ")}`, holds: (context) => known.has(factOf(context)) };
}

function labelConditions(
  option: string,
  labels: RuleConditions["labels"],
): readonly (CompiledCondition | undefined)[] {
  if (labels === undefined) return [];
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw new InvalidOptionError(option, labels, "an object of values by label");
  return Object.entries(labels).map(([key, values]) =>
    oneOf(`${option}.${key}`, `label ${key}`, values, ({ request }) =>
      Object.hasOwn(request.labels, key) ? request.labels[key] : undefined,
    ),
  );
}

function within(
  option: string,
  size: keyof typeof sizes,
  conditions: RuleConditions,
): CompiledCondition | undefined {
  const { of, name } = sizes[size];
  const { [`min${size}` as const]: min, [`max${size}` as const]: max } = conditions;
  if (min === undefined && max === undefined) return undefined;
  if (min !== undefined) checkNumber(`${option}.min${size}`, min, { min: 0 });
  if (max !== undefined) checkNumber(`${option}.max${size}`, max, { min: min ?? 0 });
  const bounds = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`];
  return {
    text: `${bounds.filter((bound) => bound !== false).join(" and ")} ${name}`,
    holds: ({ request }) => of(request) >= (min ?? 0) && of(request) <= (max ?? Number.POSITIVE_INFINITY),
  };
}

function flag(
  option: string,
  name: string,
  wanted: boolean | undefined,
  factOf: (request: RequestFacts) => boolean,
): CompiledCondition | undefined {
  if (wanted === undefined) return undefined;
  if (typeof wanted !== "boolean") throw new InvalidOptionError(option, wanted, "true or false");
  return {
    text: `${wanted ? "with" : "without"} ${name}`,
    holds: ({ request }) => factOf(request) === wanted,
  };
}
