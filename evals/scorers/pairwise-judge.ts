import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { addBills, billed } from "./internal/bill.ts";
import { notText } from "./internal/compare-texts.ts";
import { answerText, expectedText, requestExhibits } from "./internal/exhibits.ts";
import { askJudge, type Judged, type JudgeQuestion, mostJudgeCostUsd } from "./internal/judge-call.ts";
import { type JudgeCallOptions, judgeCallOptions, judgeVersion } from "./internal/judge-options.ts";
import { toScore } from "./internal/verdict.ts";
import type { Scorer, ScorerArgs } from "./scorer.ts";

export interface PairwiseJudgeOptions extends JudgeCallOptions {
  /** Criteria for the better answer, in your words. Default: correct, complete, to the point. */
  readonly criteria?: string | undefined;
}

type Winner = "first" | "second" | "tie";
type Side = "answer" | "baseline";

interface PairVerdict {
  readonly reason: string;
  readonly winner: Winner;
}

const usualCriteria =
  "The better answer is the more correct one; of two that are equally correct, the more complete and to the point. " +
  "Length is no merit, and neither is the place where an answer stands.";

export const pairwiseJudgeOptions: OptionTable<PairwiseJudgeOptions> = {
  ...judgeCallOptions,
  criteria: { is: "text", default: usualCriteria },
};

const longestReason = 2_000;

/**
 * Lets a model compare the answer with another one (`baseline`, else `expected`): 1 if it is better, 0 if
 * worse, 0.5 for a tie. Blind: names of models are not shown. The judge is asked twice, with each answer
 * first once; if the two verdicts differ, it is a tie, and `metadata.consistent` is false: judges favour a
 * position. Answers that are equal character by character tie without a call. Texts are quoted as data and
 * bounded as by `rubricJudge`; the score is `null` if there is no verdict. Metadata: `verdicts` in both
 * orders with their reasons, `judge`, `calls`, `usage`, `costUsd`.
 *
 * Throws `InvalidOptionError`.
 */
export function pairwiseJudge(options: PairwiseJudgeOptions): Scorer {
  const { model, criteria, ...limits } = readOptions("pairwiseJudge", pairwiseJudgeOptions, options);
  const name = "pairwiseJudge";
  const instructions = [
    "You compare two answers of assistants to the same request.",
    `What matters: ${criteria}`,
    'Reply with JSON: {"reason": "at most three sentences", "winner": "first", "second" or "tie"}.',
    "Say tie where neither is better in what matters.",
  ].join("\n");
  const judge = judgeVersion(model, instructions);

  const question = (args: ScorerArgs, first: string, second: string): JudgeQuestion<PairVerdict> => ({
    instructions,
    exhibits: [
      ...requestExhibits(args),
      { label: "first answer", text: first },
      { label: "second answer", text: second },
    ],
    schema,
    read: readVerdict,
  });
  const ask = (args: ScorerArgs, first: string, second: string): Promise<Judged<PairVerdict>> =>
    askJudge(model, question(args, first, second), limits, args.signal);

  return {
    name,
    version: judge,
    gapIn: ({ baseline, expected }) =>
      baselineOf({ baseline, expected }) === undefined ? noBaseline : undefined,
    mostCostUsd: (args) => {
      const [answer, baseline] = [answerText(args), baselineOf(args)];
      if (baseline === undefined || answer === baseline) return 0;
      const most = mostJudgeCostUsd(model, question(args, answer, baseline), limits);
      return most && 2 * most;
    },
    score: async (args) => {
      if (typeof args.output !== "string") return toScore(name, notText);
      const baseline = baselineOf(args);
      if (baseline === undefined) return toScore(name, { score: null, reason: noBaseline });
      const answer = answerText(args);
      if (answer === baseline) return toScore(name, { score: 0.5, reason: "both answers are the same" });
      const [before, behind] = await Promise.all([ask(args, answer, baseline), ask(args, baseline, answer)]);
      const metadata = { judge, ...billed(addBills(before.bill, behind.bill)) };
      if (before.verdict === undefined || behind.verdict === undefined)
        return toScore(name, { score: null, reason: before.problem ?? behind.problem, metadata });
      const verdicts = [seen("answer", before.verdict), seen("baseline", behind.verdict)];
      const winners = new Set(verdicts.map(({ winner }) => winner));
      const [winner] = winners;
      const consistent = winners.size === 1;
      const score = !consistent || winner === "tie" ? 0.5 : winner === "answer" ? 1 : 0;
      return toScore(name, {
        score,
        ...(consistent ? {} : { reason: "the verdict depends on the order: a tie" }),
        metadata: { consistent, verdicts, ...metadata },
      });
    },
  };
}

const noBaseline = "there is no baseline answer to compare with";

function baselineOf({ baseline, expected }: Pick<ScorerArgs, "baseline" | "expected">): string | undefined {
  return baseline ?? expectedText(expected);
}

const schema = {
  type: "object",
  properties: { reason: { type: "string" }, winner: { type: "string", enum: ["first", "second", "tie"] } },
  required: ["reason", "winner"],
  additionalProperties: false,
};

function readVerdict({
  reason,
  winner,
  ...rest
}: Readonly<Record<string, unknown>>): PairVerdict | undefined {
  if (typeof reason !== "string" || Object.keys(rest).length > 0) return undefined;
  if (winner !== "first" && winner !== "second" && winner !== "tie") return undefined;
  return { reason: reason.slice(0, longestReason), winner };
}

/** Verdict in terms of the compared answers. */
function seen(
  shownFirst: Side,
  { winner, reason }: PairVerdict,
): { shownFirst: Side; winner: Side | "tie"; reason: string } {
  const other: Side = shownFirst === "answer" ? "baseline" : "answer";
  return { shownFirst, winner: winner === "tie" ? "tie" : winner === "first" ? shownFirst : other, reason };
}
