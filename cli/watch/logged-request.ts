import type { EndedAttempt, EndedDecision, EndedRequest } from "../../src/serve/status/inner.ts";
import { amountOf, each, type Fields, fieldsOf, listOf, textOf, timeOf } from "./fields.ts";
import { armOf } from "./logged-arm.ts";
import { type LoggedNews, loggedNews } from "./logged-news.ts";
import { type LoggedStates, loggedStates } from "./logged-states.ts";

/** Steps of agents in whose place the policy's plan may not have been taken. */
const stepKinds = ["housekeeping", "summary"] as const;

/** A line of a decision log: a request, a call that belongs to none, an event, or states of the loop. */
export type LoggedEntry =
  | { readonly at: number; readonly request: EndedRequest }
  | { readonly at: number; readonly attempt: EndedAttempt }
  | { readonly at: number; readonly event: LoggedNews }
  | { readonly at: number; readonly loop: LoggedStates };

/**
 * Returns what the page shows of a line, field by field: a log may hold prompts, and anyone may have written into it.
 * Undefined for anything but a line of a decision log.
 */
export function loggedEntry(value: unknown): LoggedEntry | undefined {
  const line = fieldsOf(value);
  if (line === undefined) return undefined;
  if (Array.isArray(line["plan"])) return requestOf(line);
  const attempt = fieldsOf(line["attempt"]);
  if (attempt === undefined) return besideOf(line);
  const at = timeOf(attempt["startedAt"]);
  const found = attemptOf(attempt);
  return at === undefined || found === undefined ? undefined : { at, attempt: found };
}

function besideOf(line: Fields): LoggedEntry | undefined {
  const at = timeOf(line["at"]);
  if (at === undefined) return undefined;
  const event = loggedNews(fieldsOf(line["event"]));
  if (event !== undefined) return { at, event };
  const loop = loggedStates(line);
  return loop && { at, loop };
}

function requestOf(line: Fields): LoggedEntry | undefined {
  const at = timeOf(line["at"]);
  const id = textOf(line["id"]);
  const model = textOf(line["model"]);
  if (at === undefined || id === undefined || model === undefined) return undefined;
  const complexity = amountOf(fieldsOf(line["classification"])?.["complexity"]);
  const uncertified = textOf(line["uncertified"]);
  const degraded = fieldsOf(line["degraded"]);
  const step = stepKinds.find((kind) => kind === fieldsOf(fieldsOf(line["request"])?.["step"])?.["kind"]);
  const decision: EndedDecision = {
    id,
    at: String(line["at"]),
    model,
    plan: each(line["plan"], (step) => {
      const name = textOf(step["model"]);
      return name === undefined ? undefined : { model: name };
    }),
    ...(Array.isArray(line["insteadOf"]) && { insteadOf: [] }),
    ...(step !== undefined && { request: { step: { kind: step } } }),
    fallbacks: listOf(line["fallbacks"]).filter((one) => typeof one === "string"),
    ...(complexity !== undefined && complexity <= 1 && { classification: { complexity } }),
    candidates: each(line["candidates"], candidateOf),
    budgets: each(line["budgets"], budgetOf),
    ...(degraded !== undefined && { degraded: { budget: "", otherwise: "", reason: "" } }),
    ...(Array.isArray(line["arms"]) && { arms: each(line["arms"], armOf) }),
    reason: textOf(line["reason"]) ?? "",
    propensity: amountOf(line["propensity"]) ?? 1,
    forced: line["forced"] === true,
    certified: line["certified"] === true,
    ...(uncertified !== undefined && { uncertified }),
  };
  const error = errorOf(line["error"]);
  const attempts = each(line["attempts"], attemptOf);
  const latencyMs = amountOf(line["latencyMs"]) ?? attempts.reduce((sum, one) => sum + one.latencyMs, 0);
  return { at, request: { decision, attempts, latencyMs, ...(error !== undefined && { error }) } };
}

function attemptOf(attempt: Fields): EndedAttempt | undefined {
  const model = textOf(attempt["model"]);
  const hop = textOf(attempt["hop"]);
  if (model === undefined || hop === undefined) return undefined;
  const costUsd = amountOf(attempt["costUsd"]);
  const error = errorOf(attempt["error"]);
  return {
    model,
    hop: hop.slice(0, 20) as EndedAttempt["hop"],
    latencyMs: amountOf(attempt["latencyMs"]) ?? 0,
    ...(costUsd !== undefined && { costUsd }),
    ...(fieldsOf(attempt["cached"]) !== undefined && { cached: { attemptId: "", ageMs: 0 } }),
    ...(error !== undefined && { error }),
  };
}

function candidateOf(candidate: Fields): EndedDecision["candidates"][number] | undefined {
  const model = textOf(candidate["model"]);
  const permitted = candidate["permitted"];
  if (model === undefined) return undefined;
  const withheld = textOf(candidate["withheld"]);
  const estimatedCostUsd = amountOf(candidate["estimatedCostUsd"]);
  const estimatedQuality = amountOf(candidate["estimatedQuality"]);
  return {
    model,
    permitted: permitted === true ? true : (textOf(permitted) ?? "refused"),
    ...(withheld !== undefined && { withheld }),
    ...(estimatedCostUsd !== undefined && { estimatedCostUsd }),
    ...(estimatedQuality !== undefined && { estimatedQuality }),
    ...(Array.isArray(candidate["members"]) && { members: each(candidate["members"], memberOf) }),
  };
}

function memberOf(
  member: Fields,
): NonNullable<EndedDecision["candidates"][number]["members"]>[number] | undefined {
  const endpoint = textOf(member["endpoint"]);
  if (endpoint === undefined) return undefined;
  const load = fieldsOf(member["load"]);
  const known = ["running", "waiting", "kvUsage", "expectedWaitMs"].flatMap((name) => {
    const value = amountOf(load?.[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    endpoint,
    permitted: member["permitted"] === true ? true : (textOf(member["permitted"]) ?? "refused"),
    ...(load !== undefined && {
      load: { ageMs: amountOf(load["ageMs"]) ?? 0, ...Object.fromEntries(known) },
    }),
  };
}

function budgetOf(budget: Fields): NonNullable<EndedDecision["budgets"]>[number] | undefined {
  const name = textOf(budget["name"]);
  const used = amountOf(budget["used"]);
  const limit = amountOf(budget["limit"]);
  if (name === undefined || used === undefined || limit === undefined) return undefined;
  const resetsAt = amountOf(budget["resetsAt"]);
  const unit = budget["unit"] === "tokens" ? "tokens" : "usd";
  return { name, unit, used, limit, ...(resetsAt !== undefined && { resetsAt }) };
}

function errorOf(value: unknown): EndedRequest["error"] {
  const error = fieldsOf(value);
  if (error === undefined) return undefined;
  const kind = textOf(error["kind"]);
  return { code: textOf(error["code"]) ?? "unknown", ...(kind !== undefined && { kind }) };
}
