import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { jsonSimilarity } from "./internal/json-similarity.ts";
import { readToolCalls, type ToolCall } from "./internal/read-tool-calls.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import type { Scorer } from "./scorer.ts";

export interface ToolCallMatchOptions {
  /** True if the calls must come in the expected order. Default false: parallel calls have none. */
  readonly ordered?: boolean | undefined;
  /**
   * Share of a call's credit for the right tool, in [0, 1]; the share of arguments that are right earns the
   * rest. Default 0.5.
   */
  readonly nameShare?: number | undefined;
  /** True to give partial credit; false makes every score 0 or 1. Default true. */
  readonly graded?: boolean | undefined;
}

export const toolCallMatchOptions: OptionTable<ToolCallMatchOptions> = {
  ordered: { is: "boolean", default: false },
  nameShare: { is: "share", default: 0.5 },
  graded: { is: "boolean", default: true },
};

/**
 * Scores how well the tool calls of the answer match the expected ones, in [0, 1]: the credit of matching
 * calls divided by the larger number of calls, so that an extra call costs as much as a missing one. A call's
 * credit is `nameShare` for its name, and the rest times the share of its arguments that are equal (nested
 * ones by parts, as JSON, in any order of keys). Without `ordered` the best pairs are matched first. If no
 * call is expected (`[]`), an answer without calls scores 1.
 *
 * Calls are `{ name, arguments }` or in OpenAI's form, arguments as a value or as JSON, at most 100 of them.
 * They are taken from `toolCalls`, or from an `output` that is their JSON. Arguments that are not JSON are
 * wrong.
 */
export function toolCallMatch(options: ToolCallMatchOptions = {}): Scorer {
  const { ordered, nameShare, graded } = readOptions("toolCallMatch", toolCallMatchOptions, options);
  const name = "toolCallMatch";
  const creditOf = (made: ToolCall, wanted: ToolCall): number => {
    if (made.name !== wanted.name) return 0;
    return nameShare + (1 - nameShare) * jsonSimilarity(made.arguments, wanted.arguments, "equal");
  };

  return withGaps({
    name,
    score: ({ output, toolCalls, expected }) => {
      const wanted = readToolCalls(expected);
      if (wanted === undefined || wanted.some((call) => call.arguments === undefined))
        return toScore(name, { score: null, reason: "expected is not a list of tool calls" });
      const made = readToolCalls(toolCalls !== undefined && toolCalls.length > 0 ? toolCalls : output) ?? [];
      const calls = Math.max(made.length, wanted.length);
      if (calls === 0) return toScore(name, { score: 1 });
      const credit = (ordered ? inOrder : bestFirst)(made, wanted, creditOf) / calls;
      // Sums of thirds are not always whole.
      const score = credit > 1 - 1e-12 ? 1 : graded ? credit : 0;
      return toScore(name, { score, metadata: { calls: made.length, expected: wanted.length } });
    },
  });
}

type Credit = (made: ToolCall, wanted: ToolCall) => number;

/** Best sum of credits of pairs that do not cross (longest common subsequence, weighted). */
function inOrder(made: readonly ToolCall[], wanted: readonly ToolCall[], creditOf: Credit): number {
  let above = new Float64Array(wanted.length + 1);
  for (const one of made) {
    const row = new Float64Array(wanted.length + 1);
    for (const [at, other] of wanted.entries()) {
      const paired = (above[at] as number) + creditOf(one, other);
      row[at + 1] = Math.max(paired, above[at + 1] as number, row[at] as number);
    }
    above = row;
  }
  return above[wanted.length] as number;
}

function bestFirst(made: readonly ToolCall[], wanted: readonly ToolCall[], creditOf: Credit): number {
  const pairs = made.flatMap((one, from) =>
    wanted.map((other, to) => ({ from, to, credit: creditOf(one, other) })),
  );
  pairs.sort((a, b) => b.credit - a.credit || a.from - b.from || a.to - b.to);
  const [usedFrom, usedTo] = [new Set<number>(), new Set<number>()];
  let sum = 0;
  for (const { from, to, credit } of pairs) {
    if (usedFrom.has(from) || usedTo.has(to)) continue;
    usedFrom.add(from);
    usedTo.add(to);
    sum += credit;
  }
  return sum;
}
