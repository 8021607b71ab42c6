import type { Decision, RouteRequest } from "../src/contracts/index.ts";

type Fields = Readonly<Record<string, unknown>>;

/** True if a line is a decision, with or without its prompt. */
export function isDecision({ plan, candidates, versions }: Fields): boolean {
  return Array.isArray(plan) && Array.isArray(candidates) && typeof versions === "object";
}

/**
 * Rebuilds the request from a line of a decision log: the ask, the routing fields, the requested limits,
 * and the pin if there was one. Earlier turns, system prompts, tools and images are not logged.
 */
export function requestOfDecision(
  fields: Fields,
  refuse: (field: string, problem: string) => never,
  passedOn: (field: string, value: unknown) => boolean,
): { readonly request: RouteRequest; readonly draw: number | undefined; readonly shortened: boolean } {
  const { prompt } = fields;
  if (typeof prompt !== "string" || prompt.trim() === "")
    return refuse(
      "prompt",
      "is missing: a decision can serve as a request only with its text, as decisionLog({ prompts: true }) writes it",
    );
  const { model, forced, fallbacks, draw, request } = fields as Partial<Decision>;
  if (typeof request !== "object" || request === null)
    return refuse("request", "must be the facts of the request");
  const recorded = {
    session: request.session,
    tenant: request.tenant,
    labels: request.labels,
    category: request.category,
    language: request.language,
    codingAgent: request.codingAgent,
    step: request.step?.kind,
    max_completion_tokens: request.maxOutputTokens,
    reasoning_effort: request.reasoningEffort,
    model: forced === true ? model : undefined,
    fallback: forced === true && fallbacks !== undefined && fallbacks.length > 0 ? true : undefined,
  };
  const given = Object.entries(recorded).filter(
    ([field, value]) => value !== undefined && passedOn(field, value),
  );
  return {
    request: {
      ...(Object.fromEntries(given) as Partial<Exclude<RouteRequest, string>>),
      messages: [{ role: "user", content: prompt }],
    },
    draw: typeof draw === "number" && draw >= 0 && draw < 1 ? draw : undefined,
    shortened: request.characters > prompt.length || request.tools > 0 || request.images > 0,
  };
}
