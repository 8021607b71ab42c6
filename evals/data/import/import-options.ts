import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { checkKeys } from "../../../src/plugin/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import { textOf } from "../input/json-values.ts";
import { type InputOptions, openInput } from "../input/open-input.ts";
import { checkTableColumns, type TableColumns } from "../input/table-columns.ts";
import type { JoinHumanLabelsOptions } from "../labels/join-human-labels.ts";
import { checkLabelOptions, type ReadHumanLabelsOptions } from "../labels/read-human-labels.ts";
import type { ImportSettings } from "./import-format.ts";

export type ImportFormatName =
  | "promptfoo"
  | "openai-evals"
  | "table"
  | "langfuse"
  | "langsmith"
  | "braintrust"
  | "opentelemetry"
  | "lm-eval"
  | "decisions"
  | "audit"
  | "labels";

export const importFormats: readonly ImportFormatName[] = [
  "promptfoo",
  "openai-evals",
  "table",
  "langfuse",
  "langsmith",
  "braintrust",
  "opentelemetry",
  "lm-eval",
  "decisions",
  "audit",
  "labels",
];

export interface ImportOptions extends InputOptions {
  readonly from: ImportFormatName;
  /** Paths and https URLs. */
  readonly inputs: readonly string[];
  /** New names of models by the source's names: `{ "gpt-4-1106-preview": "openai:gpt-4-turbo" }`. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Models to import, by the source's names. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Quality of promptfoo results: `score` (default), or `pass`, 1 or 0. */
  readonly quality?: "score" | "pass" | undefined;
  /**
   * Number that is the quality: in `metrics` events of OpenAI evals logs (default `score`); a score of
   * Langfuse, LangSmith and Braintrust (default: the only one); a metric of lm-eval.
   */
  readonly metric?: string | undefined;
  /**
   * Columns by our fields, required for `table`: `{ prompt: "question", "quality:gpt-5": "gpt5_ok" }`. Also id,
   * model, quality, answer, costUsd, tokens, latencyMs, category, session, tenant, group, at, expected.
   */
  readonly columns?: TableColumns | undefined;
  /** Template of promptfoo tests that come without prompts. Default `{{prompt}}`. */
  readonly prompt?: string | undefined;
  /** Feedback for `decisions` and `audit`, required there: path or https URL. */
  readonly feedback?: string | undefined;
  /** Rule for a decision with several feedbacks, for `decisions`. Default `mean`. */
  readonly rule?: "mean" | "last" | undefined;
  /** Source whose feedback counts, for `decisions` and `audit`. Default: all. */
  readonly source?: string | undefined;
  /** Outcomes whose answers people have labelled, required for `labels`: path or https URL. */
  readonly outcomes?: string | undefined;
  /** Treatment of outcomes without a label, for `labels`. Default `leave-out`. */
  readonly unlabelled?: JoinHumanLabelsOptions["unlabelled"];
  /**
   * Quality of each label word, in [0, 1], for `labels`. Default: good, pass, yes … 1, bad, fail, no … 0, ok
   * 0.5.
   */
  readonly labels?: ReadHumanLabelsOptions["labels"];
  /** Ends of the scale of `quality`, for `labels`. Default 0 and 1. */
  readonly scale?: ReadHumanLabelsOptions["scale"];
}

/** Formats of the options that only some formats have. */
const own: Readonly<Record<string, readonly ImportFormatName[]>> = {
  quality: ["promptfoo"],
  prompt: ["promptfoo"],
  metric: ["openai-evals", "langfuse", "langsmith", "braintrust", "lm-eval"],
  columns: ["table"],
  feedback: ["decisions", "audit"],
  rule: ["decisions"],
  source: ["decisions", "audit"],
  outcomes: ["labels"],
  unlabelled: ["labels"],
  labels: ["labels"],
  scale: ["labels"],
};

/** Resolves the options and opens the inputs, without reading them. Throws `InvalidOptionError`. */
export function checkImportOptions(options: ImportOptions): {
  readonly inputs: readonly ImportInput[];
  readonly settings: Omit<ImportSettings, "leaveOut" | "tellAgreement">;
} {
  checkKeys("importRecords", options, [
    ...["from", "inputs", "rename", "models", ...Object.keys(own)],
    ...["maxBytes", "timeoutMs", "loopbackHttp", "fetch"],
  ]);
  const { from, inputs, rename = {}, quality = "score", metric = "score", rule, feedback } = options;
  if (!importFormats.includes(from))
    throw new InvalidOptionError("from", from, `one of ${importFormats.join(", ")}`);
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw new InvalidOptionError("inputs", inputs, "at least one path or https URL");
  if (from === "decisions" && inputs.length > 1)
    throw new InvalidOptionError("inputs", inputs, "one decision log: join rotated ones first (cat)");
  if (quality !== "score" && quality !== "pass")
    throw new InvalidOptionError("quality", quality, "score or pass");
  if (rule !== undefined && rule !== "mean" && rule !== "last")
    throw new InvalidOptionError("rule", rule, "mean or last");
  for (const [old, name] of Object.entries(rename)) {
    if (textOf(name) === undefined) throw new InvalidOptionError(`rename.${old}`, name, "a non-empty name");
  }
  for (const [option, of] of Object.entries(own)) {
    const value = options[option as keyof ImportOptions];
    if (value !== undefined && !of.includes(from))
      throw new InvalidOptionError(option, value, `absent: it is for ${of.join(", ")}`);
  }
  if (from === "decisions" && feedback === undefined)
    throw new InvalidOptionError("feedback", feedback, "a file of feedback: a decision log holds no quality");
  if (from === "audit" && feedback === undefined)
    throw new InvalidOptionError(
      "feedback",
      feedback,
      "a file of feedback: without one the records of an audit are outcomes as they are",
    );
  if (from === "labels" && options.outcomes === undefined)
    throw new InvalidOptionError(
      "outcomes",
      undefined,
      "a file of outcomes: labels hold no prompts and no answers",
    );
  if (from === "table") checkTableColumns(options.columns);
  const { unlabelled } = options;
  if (unlabelled !== undefined && unlabelled !== "leave-out" && unlabelled !== "keep")
    throw new InvalidOptionError("unlabelled", unlabelled, "leave-out or keep");
  const labels = { labels: options.labels, scale: options.scale };
  checkLabelOptions(labels);
  const { maxBytes, timeoutMs, loopbackHttp, fetch, models, prompt, source, outcomes } = options;
  const open = (input: string): ImportInput => openInput(input, { maxBytes, timeoutMs, loopbackHttp, fetch });
  return {
    inputs: inputs.map(open),
    settings: {
      models,
      quality,
      metric,
      score: options.metric,
      columns: options.columns,
      prompt,
      feedback: feedback === undefined ? undefined : open(feedback),
      rule,
      source,
      outcomes: outcomes === undefined ? undefined : open(outcomes),
      unlabelled,
      labels,
    },
  };
}
