import { fieldOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";

/** Asserts whose value is a good answer or describes one. */
const references: ReadonlySet<string> = new Set([
  ...["equals", "contains", "icontains", "contains-any", "contains-all", "icontains-any", "icontains-all"],
  ...["starts-with", "regex", "similar", "similar:cosine", "similar:dot", "similar:euclidean", "levenshtein"],
  ...[
    "bleu",
    "gleu",
    "meteor",
    "rouge-n",
    "factuality",
    "model-graded-factuality",
    "is-json",
    "contains-json",
  ],
]);

/** Other asserts that a cell may name. */
const others: ReadonlySet<string> = new Set([
  ...["answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance"],
  ...["contains-html", "contains-sql", "contains-xml", "is-html", "is-sql", "is-xml", "is-refusal", "cost"],
  ...["finish-reason", "g-eval", "guardrails", "is-valid-function-call", "is-valid-openai-function-call"],
  ...[
    "is-valid-openai-tools-call",
    "javascript",
    "latency",
    "llm-rubric",
    "model-graded-closedqa",
    "moderation",
  ],
  ...["perplexity", "perplexity-score", "pi", "python", "ruby", "webhook", "word-count", "tool-call-f1"],
]);

const older: Readonly<Record<string, string>> = { fn: "javascript", eval: "javascript", grade: "llm-rubric" };
const lists: ReadonlySet<string> = new Set([
  "contains-any",
  "contains-all",
  "icontains-any",
  "icontains-all",
]);

/**
 * Parses an assert from a table cell: `contains: Paris`, `similar(0.8): Paris`, or a text that the answer
 * must equal.
 */
export function promptfooAssert(cell: string): Fields {
  const head = /^(not-)?([a-z][a-z0-9-]*(?::(?:cosine|dot|euclidean))?)(?:\((\d+(?:\.\d+)?)\))?(:|$)/.exec(
    cell,
  );
  const [whole = "", not = "", name = "", threshold] = head ?? [];
  const type = Object.hasOwn(older, name) ? older[name] : name;
  if (type === undefined || !(references.has(type) || others.has(type)))
    return { type: "equals", value: cell };
  const text = cell.slice(whole.length).trim();
  return {
    type: `${not}${type}`,
    ...(text === "" ? {} : { value: lists.has(type) ? text.split(",").map((item) => item.trim()) : text }),
    ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
  };
}

/** Returns a good answer, or the schema that it fits, from the first assert that has one. */
export function expectedOf(asserts: readonly unknown[]): unknown {
  const telling = asserts.find(
    (assert) =>
      isObject(assert) && references.has(String(assert["type"])) && fieldOf(assert, "value") !== undefined,
  );
  return fieldOf(telling, "value");
}
