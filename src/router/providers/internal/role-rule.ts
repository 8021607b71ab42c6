import type { RoleRule } from "../../../contracts/capabilities.ts";

interface Family {
  readonly names: RegExp;
  readonly rule: RoleRule;
  /** A thread (`owner/name#12`) or a file of a project (`owner/name:path`) that says so. */
  readonly source: string;
  /** Its date, as `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * Rules for models whose chat template is known, by the name of the model; the first family counts. Of 70 templates that
 * were rendered on 2026-12-02, 38 leave out or refuse texts of `developer`, 10 those of a later system message.
 */
const families: readonly Family[] = [
  {
    names: /gemma-?[127](?![\d])/,
    rule: "no-system",
    source: "stanfordnlp/dspy#1627",
    date: "2024-10-14",
  },
  { names: /gemma-?3/, rule: "alternating", source: "suitenumerique/conversations#197", date: "2025-12-05" },
  {
    names: /(?:mis|mix|minis|magis|devs|codes|maths|pix)tral/,
    rule: "alternating",
    source: "charmbracelet/crush#279",
    date: "2026-01-14",
  },
  {
    names: /qwen|qwq|qvq/,
    rule: "one-system",
    source: "vllm-project/vllm#41114",
    date: "2026-06-05",
  },
  { names: /gpt-?oss/, rule: "one-system", source: "vllm-project/vllm#43590", date: "2026-05-26" },
  { names: /minimax/, rule: "one-system", source: "vllm-project/vllm#43590", date: "2026-05-26" },
  { names: /deepseek/, rule: "one-system", source: "earendil-works/pi#1048", date: "2026-01-28" },
  {
    names:
      /(?:^|[/:])(?:meta-)?llama-?[2-4]|apertus|apriel|bielik|command-r|exaone|falcon|gemma|glm-?[45]|granite|hermes|kimi|lfm-?2|mimo|nemotron|olmo|phi-?[34]|reka|seed-oss|smollm|solar|step-?3|tulu|yi-\d/,
    rule: "one-system",
    source: "ggml-org/llama.cpp:models/templates",
    date: "2026-12-02",
  },
];

/**
 * Returns the rule for messages to a model of a server of chat completions. `isEngine`: it is an engine, which renders the chat template of
 * an open model: most templates know one system message, at the beginning. Other servers get messages as they are, unless
 * the name of the model tells its template.
 */
export function roleRuleOf(model: string, isEngine: boolean): RoleRule {
  const name = model.trim().toLowerCase();
  return families.find(({ names }) => names.test(name))?.rule ?? (isEngine ? "one-system" : "as-sent");
}

/** The option of those who know the chat template of their server, from the loosest rule to the strictest. */
export const rolesOption = {
  is: "choice",
  of: ["as-sent", "one-system", "alternating", "no-system"],
  optional: true,
} as const;

const order: readonly RoleRule[] = rolesOption.of;

/** Returns the stricter of two rules. */
export function stricterRule(one: RoleRule, other: RoleRule | undefined): RoleRule {
  return other !== undefined && order.indexOf(other) > order.indexOf(one) ? other : one;
}
