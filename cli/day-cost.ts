import { InvalidOptionError, type Price } from "../src/contracts/index.ts";
import { estimateCost, lookUpName, termsAt } from "../src/router/cost/inner.ts";

/** Traffic of a day, as far as it sets what an audit costs. */
export interface DayTraffic {
  readonly requestsPerDay: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Share of requests that the large model answers, in [0, 1]. */
  readonly largeShare: number;
  /** Origin of the numbers, for people. */
  readonly source: string;
}

export interface AuditPlan {
  readonly small: string;
  readonly large: string;
  readonly judge: string;
  /** Share of requests that are audited, or their number a day. */
  readonly rate?: number | undefined;
  readonly perDay?: number | undefined;
  readonly usdPerDay: number;
}

/** Cost of an audit a day, in US dollars. */
export interface DayCost {
  readonly rate: number;
  /** Comparisons that are asked for, and those that the day's money pays for. */
  readonly asked: number;
  readonly comparisons: number;
  /** Mean cost of the second answer, and of scoring both. */
  readonly answerUsd: number;
  readonly judgeUsd: number;
  readonly usd: number;
  readonly usdPerDay: number;
  /** Cost of the requests themselves. */
  readonly trafficUsd: number;
}

/** Tokens of instructions and marks of a judge, and of its verdict; it is asked twice. */
const judgeInput = 400;
const judgeOutput = 150;
const judgeCalls = 2;

/** Estimates what a day of an audit costs. Throws `InvalidOptionError` for a model without a known price. */
export function dayCost(plan: AuditPlan, traffic: DayTraffic, now: number): DayCost {
  const { requestsPerDay, inputTokens, outputTokens, largeShare } = traffic;
  const costs = (option: string, name: string) => {
    const price = termsAt(priceOf(option, name), now);
    return (input: number, output: number): number => estimateCost(price, input, output) ?? 0;
  };
  const [small, large] = [costs("--small", plan.small), costs("--large", plan.large)];
  const judge = costs("--judge", plan.judge);
  const rate = plan.rate ?? Math.min(1, (plan.perDay ?? 0) / requestsPerDay);
  // Of a request that the large model has answered, the small one gives the second answer.
  const answerUsd =
    (1 - largeShare) * large(inputTokens, outputTokens) + largeShare * small(inputTokens, outputTokens);
  const judgeUsd = judgeCalls * judge(judgeInput + inputTokens + 2 * outputTokens, judgeOutput);
  const asked = rate * requestsPerDay;
  const each = answerUsd + judgeUsd;
  const comparisons = each === 0 ? asked : Math.min(asked, plan.usdPerDay / each);
  return {
    rate,
    asked,
    comparisons,
    answerUsd,
    judgeUsd,
    usd: comparisons * each,
    usdPerDay: plan.usdPerDay,
    trafficUsd:
      requestsPerDay *
      ((1 - largeShare) * small(inputTokens, outputTokens) + largeShare * large(inputTokens, outputTokens)),
  };
}

function priceOf(option: string, name: string): Price {
  const price = lookUpName(name)?.price;
  if (price === undefined)
    throw new InvalidOptionError(
      option,
      name,
      "a model whose price the catalogue knows, since a budget bounds the audit; write the config by hand for others",
    );
  return price;
}
