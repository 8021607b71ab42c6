import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { seededRandom } from "../src/loop/statistics/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { decideLine } from "./decide-line.ts";
import { type DecisionChange, failedSide, isSameSide, type Side, sideOf } from "./decision-side.ts";
import type { RequestLine } from "./read-requests.ts";

/** Differences between two configurations. */
export interface ConfigDiffResult {
  readonly compared: number;
  readonly changed: readonly DecisionChange[];
  /** Sums over the requests whose expected cost is known on both sides, in US dollars. */
  readonly expectedCostUsd: {
    readonly before: number;
    readonly after: number;
    readonly difference: number;
    readonly requests: number;
  };
  /** Requests that are not in the sums: a price is unknown, or one side has no model for them. */
  readonly unknownCost: number;
  /** Requests from a decision log that lack part of what was decided on, so their cost is underestimated. */
  readonly shortened: number;
}

export interface ConfigDiff {
  /**
   * Decides the request under both configurations; returns the change, if any. `source` names the line's
   * file.
   */
  add(line: RequestLine, source: string): Promise<DecisionChange | undefined>;
  /** Returns the differences. Throws `InvalidOptionError` if there was no request. */
  result(): ConfigDiffResult;
}

/** Compares two configurations on the same requests; both sides of a lottery use the same draw. */
export function configDiff(before: Router, after: Router): ConfigDiff {
  const random = seededRandom(0);
  const changed: DecisionChange[] = [];
  const sums = { before: 0, after: 0, requests: 0 };
  let compared = 0;
  let shortened = 0;
  return {
    async add(line, source) {
      // Drawn for each line, so that a line's draw does not depend on the content of others.
      const drawn = random();
      const draw = line.draw ?? drawn;
      const sideBy = async (router: Router, other: Router): Promise<Side> => {
        if (lacksPin(router, line) && !lacksPin(other, line))
          return failedSide("the request pins a model that this router does not have");
        const decided = await decideLine(router, line, source, draw);
        return decided instanceof Error ? failedSide(decided.message) : sideOf(decided, router.models);
      };
      const from = await sideBy(before, after);
      const to = await sideBy(after, before);
      compared += 1;
      if (line.shortened) shortened += 1;
      if (from.expectedCostUsd !== undefined && to.expectedCostUsd !== undefined) {
        sums.requests += 1;
        sums.before += from.expectedCostUsd;
        sums.after += to.expectedCostUsd;
      }
      if (isSameSide(from, to)) return undefined;
      const change = { id: line.id, before: from, after: to };
      changed.push(change);
      return change;
    },
    result() {
      if (compared === 0) throw new InvalidOptionError("requests", [], "at least one line");
      const expectedCostUsd = { ...sums, difference: sums.after - sums.before };
      return { compared, changed, expectedCostUsd, unknownCost: compared - sums.requests, shortened };
    },
  };
}

/**
 * True if the router lacks the pinned model. If only one of the two lacks it, that is a change and not an
 * error in the line.
 */
function lacksPin({ models }: Router, { request }: RequestLine): boolean {
  const pin = typeof request === "string" ? undefined : request.model;
  return typeof pin === "string" && !Object.hasOwn(models, pin);
}

export function showConfigSummary(result: ConfigDiffResult): string {
  const { compared, changed, expectedCostUsd, unknownCost, shortened } = result;
  const { before, after, difference, requests } = expectedCostUsd;
  const drawn = changed.filter((change) => change.before.drawn || change.after.drawn).length;
  const sign = difference < 0 ? "-" : "+";
  const share = before > 0 ? `, ${sign}${showPercent(Math.abs(difference) / before)}` : "";
  return [
    `${changed.length} of ${compared} decisions would change`,
    ...(drawn > 0
      ? [`${drawn} of the changes come from lotteries, which use the same draw on both sides`]
      : []),
    requests === 0
      ? "the cost difference is unknown"
      : `estimated cost ${showUsd(before)} -> ${showUsd(after)} (${sign}${showUsd(Math.abs(difference))}${share})`,
    ...(unknownCost > 0
      ? [`${counted(unknownCost, "request")} not included: a price is unknown, or no model is permitted`]
      : []),
    ...(shortened > 0
      ? [
          `${counted(shortened, "request")} from a decision log without earlier turns, tools or images: their cost is underestimated`,
        ]
      : []),
  ].join("; ");
}
