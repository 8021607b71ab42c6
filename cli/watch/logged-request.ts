import type {
  EndedAttempt,
  EndedDecision,
  EndedRequest,
} from "../../src/telemetry/dashboard/ended-request.ts";

/** A line of a decision log: a request, or a call that belongs to none. */
export type LoggedEntry =
  | { readonly at: number; readonly request: EndedRequest }
  | { readonly at: number; readonly attempt: EndedAttempt };

type Fields = Readonly<Record<string, unknown>>;

/** Most entries of a list of a line that are looked at. */
const mostEntries = 1_000;

/**
 * Returns what the page shows of a line, field by field: a log may hold prompts, and anyone may have written into it.
 * Undefined for anything but a line of a decision log.
 */
export function loggedEntry(value: unknown): LoggedEntry | undefined {
  const line = fieldsOf(value);
  if (line === undefined) return undefined;
  if (Array.isArray(line["plan"])) return requestOf(line);
  const attempt = fieldsOf(line["attempt"]);
  if (attempt === undefined) return undefined;
  const at = timeOf(attempt["startedAt"]);
  const found = attemptOf(attempt);
  return at === undefined || found === undefined ? undefined : { at, attempt: found };
}

function requestOf(line: Fields): LoggedEntry | undefined {
  const at = timeOf(line["at"]);
  const id = textOf(line["id"]);
  const model = textOf(line["model"]);
  if (at === undefined || id === undefined || model === undefined) return undefined;
  const complexity = amountOf(fieldsOf(line["classification"])?.["complexity"]);
  const uncertified = textOf(line["uncertified"]);
  const degraded = fieldsOf(line["degraded"]);
  const decision: EndedDecision = {
    id,
    at: String(line["at"]),
    model,
    plan: each(line["plan"], (step) => {
      const name = textOf(step["model"]);
      return name === undefined ? undefined : { model: name };
    }),
    ...(Array.isArray(line["insteadOf"]) && { insteadOf: [] }),
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

function armOf(assigned: Fields): NonNullable<EndedDecision["arms"]>[number] | undefined {
  const rollout = textOf(assigned["rollout"]);
  const arm = textOf(assigned["arm"]);
  if (rollout === undefined || arm === undefined) return undefined;
  const unitHash = textOf(assigned["unitHash"]) ?? "";
  return { rollout, arm, share: amountOf(assigned["share"]) ?? 0, unitHash, draw: 0 };
}

function errorOf(value: unknown): EndedRequest["error"] {
  const error = fieldsOf(value);
  if (error === undefined) return undefined;
  const kind = textOf(error["kind"]);
  return { code: textOf(error["code"]) ?? "unknown", ...(kind !== undefined && { kind }) };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostEntries) : [];
}

function each<T>(value: unknown, read: (fields: Fields) => T | undefined): T[] {
  return listOf(value).flatMap((one) => {
    const fields = fieldsOf(one);
    const found = fields && read(fields);
    return found === undefined ? [] : [found];
  });
}

/** Names and reasons are short; what is longer is cut here, so that it is not kept. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 400) : undefined;
}

function amountOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value < 1e15 ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  const at = typeof value === "string" && value.length < 40 ? Date.parse(value) : Number.NaN;
  return at >= 0 ? at : undefined;
}
