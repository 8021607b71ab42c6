import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import type { ImportInput } from "../input/import-input.ts";
import { type InputOptions, inputOptions, openInput } from "../input/open-input.ts";
import { checkTableColumns, type TableColumns } from "../input/table-columns.ts";
import type { JoinHumanLabelsOptions } from "../labels/join-human-labels.ts";
import {
  labelOptions,
  type ReadHumanLabelsOptions,
  readHumanLabelsOptions,
} from "../labels/read-human-labels.ts";
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

type Open = "models" | "metric" | "columns" | "prompt" | "feedback" | "source" | "outcomes";

export const importRecordsOptions: OptionTable<ImportOptions, Open> = {
  ...inputOptions,
  from: { is: "choice", of: importFormats, expected: `one of ${importFormats.join(", ")}` },
  inputs: { is: "list", of: { is: "text" }, min: 1, expected: "at least one path or https URL" },
  rename: { is: "record", of: { is: "text", expected: "a non-empty name" }, default: {} },
  models: { is: "list", of: { is: "text" }, optional: true },
  quality: { is: "choice", of: ["score", "pass"], default: "score", expected: "score or pass" },
  metric: { is: "text", optional: true },
  columns: { is: "any", optional: true, expected: "columns by the fields of a record" },
  prompt: { is: "text", optional: true },
  feedback: { is: "text", optional: true },
  rule: { is: "choice", of: ["mean", "last"], default: "mean", expected: "mean or last" },
  source: { is: "text", optional: true },
  outcomes: { is: "text", optional: true },
  unlabelled: {
    is: "choice",
    of: ["leave-out", "keep"],
    default: "leave-out",
    expected: "leave-out or keep",
  },
  ...readHumanLabelsOptions,
};

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
  const all = readOptions("importRecords", importRecordsOptions, options, "");
  const { from, inputs, columns, feedback, outcomes } = all;
  if (from === "decisions" && inputs.length > 1)
    throw new InvalidOptionError("inputs", inputs, "one decision log: join rotated ones first (cat)");
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
  if (from === "labels" && outcomes === undefined)
    throw new InvalidOptionError(
      "outcomes",
      undefined,
      "a file of outcomes: labels hold no prompts and no answers",
    );
  if (from === "table") checkTableColumns(columns);
  const { maxBytes, timeoutMs, loopbackHttp, fetch, models, quality, metric, prompt, rule, source } = all;
  const open = (input: string): ImportInput => openInput(input, { maxBytes, timeoutMs, loopbackHttp, fetch });
  return {
    inputs: inputs.map(open),
    settings: {
      models,
      quality,
      metric: metric ?? "score",
      score: metric,
      columns,
      prompt,
      feedback: feedback === undefined ? undefined : open(feedback),
      rule,
      source,
      outcomes: outcomes === undefined ? undefined : open(outcomes),
      unlabelled: all.unlabelled,
      labels: labelOptions({ labels: all.labels, scale: all.scale }),
    },
  };
}
