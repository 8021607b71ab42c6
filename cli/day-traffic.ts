import { parseDecisionLine } from "../evals/data/decisions/decision-line.ts";
import { isBesideLine } from "../evals/data/decisions/event-line.ts";
import { readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import { InvalidOptionError, OutcomeFormatError } from "../src/contracts/index.ts";
import type { DayTraffic } from "./day-cost.ts";
import { optionalNumber } from "./optional-number.ts";

export interface TrafficOptions {
  readonly requestsPerDay?: string | undefined;
  readonly inputTokens?: string | undefined;
  readonly outputTokens?: string | undefined;
  readonly log?: string | undefined;
}

/** Traffic that is assumed where nothing says more: that of the untuned threshold, and prompts of usual length. */
const assumed = { requestsPerDay: 1_000, inputTokens: 500, outputTokens: 300, largeShare: 0.3 };
const msPerDay = 86_400_000;
const shortestMs = msPerDay / 24;

/** Returns the traffic of a day: by the options, else by a decision log, else by assumption. Throws `InvalidOptionError`. */
export async function dayTraffic(options: TrafficOptions, large: string): Promise<DayTraffic> {
  const requestsPerDay = optionalNumber("--requests-per-day", options.requestsPerDay, 1, 1e12);
  const inputTokens = optionalNumber("--input-tokens", options.inputTokens, 1, 1e7);
  const outputTokens = optionalNumber("--output-tokens", options.outputTokens, 1, 1e7);
  const logged = options.log === undefined ? undefined : await loggedTraffic(options.log, large);
  const usual = logged ?? assumed;
  const isGiven = requestsPerDay !== undefined && inputTokens !== undefined && outputTokens !== undefined;
  return {
    requestsPerDay: requestsPerDay ?? usual.requestsPerDay,
    inputTokens: inputTokens ?? usual.inputTokens,
    outputTokens: outputTokens ?? usual.outputTokens,
    largeShare: usual.largeShare,
    source: isGiven
      ? "given"
      : logged === undefined
        ? "assumed where no option says more"
        : `by ${options.log}`,
  };
}

async function loggedTraffic(log: string, large: string): Promise<Omit<DayTraffic, "source">> {
  let [requests, answered, toLarge, input, output] = [0, 0, 0, 0, 0];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const { line, value } of readJsonLines(log)) {
    if (isBesideLine(value)) continue;
    const decision = parseDecisionLine(value, (field, problem) => {
      throw new OutcomeFormatError(log, line, field, problem);
    });
    requests += 1;
    first = Math.min(first, Date.parse(decision.at));
    last = Math.max(last, Date.parse(decision.at));
    const answer = decision.attempts.findLast(({ error }) => error === undefined);
    if (answer?.usage === undefined) continue;
    answered += 1;
    input += answer.usage.inputTokens;
    output += answer.usage.outputTokens;
    if (answer.name === large) toLarge += 1;
  }
  if (answered === 0 || last - first < shortestMs)
    throw new InvalidOptionError("--log", log, "a decision log of at least an hour with answered requests");
  return {
    requestsPerDay: Math.max(1, (requests * msPerDay) / (last - first)),
    inputTokens: input / answered,
    outputTokens: output / answered,
    largeShare: toLarge / answered,
  };
}
