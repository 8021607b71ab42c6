import { InvalidOptionError } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { billed } from "./internal/bill.ts";
import { notText } from "./internal/compare-texts.ts";
import { answerText, expectedText, requestExhibits } from "./internal/exhibits.ts";
import { askJudge, type JudgeQuestion, mostJudgeCostUsd } from "./internal/judge-call.ts";
import { type JudgeCallOptions, judgeCallOptions, judgeVersion } from "./internal/judge-options.ts";
import { toScore } from "./internal/verdict.ts";
import type { Scorer, ScorerArgs } from "./scorer.ts";

/** Level of a rubric. */
export interface RubricLevel {
  /** Reply of the judge: one or two words. */
  readonly label: string;
  /** Score of the level, in [0, 1]. */
  readonly score: number;
  /** Description of answers on this level. */
  readonly description: string;
}

export interface RubricJudgeOptions extends JudgeCallOptions {
  /** Criteria, in your words. Default: that the answer is correct, complete and to the point. */
  readonly criteria?: string | undefined;
  /** Levels, at least two, with different labels. Default five, from `wrong` (0) to `excellent` (1). */
  readonly levels?: readonly RubricLevel[] | undefined;
  /** True to show the judge `expected` as a reference answer, if a record has one. Default true. */
  readonly reference?: boolean | undefined;
}

const usualCriteria =
  "The answer is correct, complete and to the point. Style and length count only where they help or hinder the reader.";

const usualLevels: readonly RubricLevel[] = [
  { label: "wrong", score: 0, description: "wrong, harmful, beside the point, or no answer" },
  { label: "poor", score: 0.25, description: "mostly wrong, or of little use" },
  { label: "fair", score: 0.5, description: "partly right, or something that matters is missing" },
  { label: "good", score: 0.75, description: "right, with flaws that hardly matter" },
  { label: "excellent", score: 1, description: "right and complete: nothing worth changing" },
];

export const rubricJudgeOptions: OptionTable<RubricJudgeOptions> = {
  ...judgeCallOptions,
  criteria: { is: "text", default: usualCriteria },
  levels: {
    is: "list",
    of: { is: "table", of: { label: { is: "text" }, score: { is: "share" }, description: { is: "text" } } },
    min: 2,
    max: 20,
    default: usualLevels,
    expected: "an array of 2 to 20 levels",
  },
  reference: { is: "boolean", default: true },
};

const longestReason = 2_000;

/**
 * Lets a model choose the level of your rubric that fits the answer; the score is the level's. The judge
 * states its reason first, which is kept in `metadata.reason`, and replies by JSON schema. The answer is
 * quoted as data between marks with a random code; that makes it hard, but not impossible, for an answer to
 * influence the judge: compare with human labels (`joinHumanLabels`). One call per answer; without a verdict
 * the score is `null`, with the reason. Metadata: `level`, `judge` (`provider:model@hash of the rubric`),
 * `calls`, `usage`, and `costUsd` if it is known.
 *
 * Throws `InvalidOptionError`.
 */
export function rubricJudge(options: RubricJudgeOptions): Scorer {
  const name = "rubricJudge";
  const { model, criteria, levels, reference, ...limits } = readOptions(name, rubricJudgeOptions, options);
  levels.forEach(({ label }, at) => {
    if (levels.findIndex((other) => other.label === label) !== at)
      throw new InvalidOptionError(`${name}.levels[${at}].label`, label, "a label that no other level has");
  });
  const scores = new Map(levels.map(({ label, score }) => [label, score]));
  const instructions = instructionsFor(criteria, levels);
  const judge = judgeVersion(model, instructions);

  const question = (args: ScorerArgs): JudgeQuestion<{ level: string; reason: string }> => {
    const expected = reference ? expectedText(args.expected) : undefined;
    return {
      instructions,
      exhibits: [
        ...requestExhibits(args),
        ...(expected === undefined ? [] : [{ label: "reference answer", text: expected }]),
        { label: "answer", text: answerText(args) },
      ],
      schema: {
        type: "object",
        properties: { reason: { type: "string" }, level: { type: "string", enum: [...scores.keys()] } },
        required: ["reason", "level"],
        additionalProperties: false,
      },
      read: ({ reason, level, ...rest }) =>
        typeof reason === "string" &&
        typeof level === "string" &&
        scores.has(level) &&
        Object.keys(rest).length === 0
          ? { reason: reason.slice(0, longestReason), level }
          : undefined,
    };
  };

  return {
    name,
    version: judge,
    mostCostUsd: (args) => mostJudgeCostUsd(model, question(args), limits),
    score: async (args) => {
      if (typeof args.output !== "string") return toScore(name, notText);
      const { verdict, problem, bill } = await askJudge(model, question(args), limits, args.signal);
      const metadata = { judge, ...billed(bill) };
      if (verdict === undefined) return toScore(name, { score: null, reason: problem, metadata });
      const { level, reason } = verdict;
      return toScore(name, { score: scores.get(level) ?? null, reason, metadata: { level, ...metadata } });
    },
  };
}

function instructionsFor(criteria: string, levels: readonly RubricLevel[]): string {
  const list = levels.map(({ label, description }) => `- ${label}: ${description}`);
  return [
    "You judge the answer of an assistant to a request.",
    `What matters: ${criteria}`,
    "Put the answer on exactly one of these levels:",
    ...list,
    "Where there is a reference answer, it is right; an answer may say the same in other words or go beyond it.",
    'Reply with JSON: {"reason": "at most three sentences", "level": "one of the levels"}.',
  ].join("\n");
}
