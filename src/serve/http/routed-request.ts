import type { ChatRequest, RouteRequest, Router, Routing } from "../../contracts/index.ts";
import { misspeltField } from "../../plugin/misspelt-field.ts";
import { agentStepOf } from "./agent-step.ts";
import type { HttpCall } from "./call.ts";
import { codingAgentOf } from "./coding-agent.ts";
import type { Identity, ReadHandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";
import { namesOf } from "./names/names.ts";

/** Routing fields that any sender may set: they only say more of its own request, or bound it. */
const ofSender = ["session", "category", "language", "maxCostUsd", "deadlineMs", "fallback"] as const;
/** Routing fields by which a sender could pass for another one. */
const ofIdentity = ["tenant", "labels", "codingAgent", "step"] as const;

/** Headers in which coding agents name their session. */
const sessionHeaders = [
  "x-switchpoint-session",
  "x-claude-code-session-id",
  "x-session-affinity",
  "session-id",
  "session_id",
];
const longestSession = 512;
/** Header in which Claude Code names a subagent of the session: a conversation of its own, with a prompt of its own. */
const agentHeader = "x-claude-code-agent-id";

/** Adds the routing fields that hold for it to the chat request of a body, which is the caller's own copy. Returns it. */
export function routedRequest(
  body: Readonly<Record<string, unknown>>,
  chat: ChatRequest,
  call: HttpCall,
  identity: Identity,
  router: Router,
  options: ReadHandlerOptions,
): RouteRequest {
  for (const field in body) {
    const meant = misspeltField(field);
    if (meant !== undefined)
      throw new HttpError(400, `${field} is not a known field: did you mean ${meant}?`, { param: field });
  }
  const { model, ...route } = namesOf(router, options).meaningOf(body["model"]);
  const own: Record<string, unknown> = {};
  const session = sessionIn(call.headers);
  if (session !== null && session !== "") own["session"] = sessionOf(session, call.headers);
  if (options.agents === "trusted") {
    const agent = codingAgentOf(call);
    if (agent !== undefined) {
      own["codingAgent"] = agent;
      const step = agentStepOf(agent, call, body, chat);
      if (step !== undefined) own["step"] = step;
    }
  }
  for (const field of ofSender) if (body[field] !== undefined) own[field] = body[field];
  for (const field of ofIdentity) {
    if (body[field] === undefined) continue;
    if (!options.trusted)
      throw new HttpError(400, `${field} is not for senders to say: it comes with their key`, {
        param: field,
      });
    own[field] = body[field];
  }
  const request = Object.assign(
    chat as object as Record<string, unknown>,
    own,
    defined(route),
    defined(identity),
    labelsOf(own, route, identity),
    tightest(own, route, identity),
  );
  if (model !== undefined) request["model"] = model;
  return request as unknown as RouteRequest;
}

function sessionIn(headers: HttpCall["headers"]): string | null {
  for (const name of sessionHeaders) {
    const value = headers.get(name);
    if (value !== null) return value;
  }
  return null;
}

/** Returns the name of a conversation: that of the session, and of the subagent if one asks. */
function sessionOf(session: string, headers: HttpCall["headers"]): string {
  const agent = headers.get(agentHeader);
  const name = session.slice(0, longestSession);
  return agent === null || agent === "" ? name : `${name}/${agent.slice(0, longestSession - 1)}`;
}

const none: Identity = {};
const boundedFields = ["maxCostUsd", "deadlineMs"] as const;

function defined(fields: Identity): Identity {
  if (Object.keys(fields).length === 0) return none;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Labels of all sides together; those of the key count more than those of a body. */
function labelsOf(own: Readonly<Record<string, unknown>>, route: Identity, identity: Identity): Routing {
  const given = own["labels"];
  if (given !== undefined && (typeof given !== "object" || given === null || Array.isArray(given)))
    throw new HttpError(400, "labels must be an object of texts", { param: "labels" });
  if (given === undefined && route.labels === undefined && identity.labels === undefined) return none;
  return { labels: { ...(given as Routing["labels"]), ...route.labels, ...identity.labels } };
}

/** Bounds add up: the smaller amount, all constraints. A value that cannot be compared is left to the router. */
function tightest(own: Readonly<Record<string, unknown>>, route: Identity, identity: Identity): Routing {
  const bounds: Record<string, unknown> = {};
  for (const field of boundedFields) {
    const [mine, ofRoute, ofKey] = [(own as Identity)[field], route[field], identity[field]];
    if (mine === undefined && ofRoute === undefined && ofKey === undefined) continue;
    const given = [mine, ofRoute, ofKey].filter((value) => value !== undefined);
    if (given.length > 1 && given.every((value) => typeof value === "number"))
      bounds[field] = Math.min(...given);
  }
  if (route.constraints === undefined && identity.constraints === undefined) return bounds;
  const constraints = [...(route.constraints ?? []), ...(identity.constraints ?? [])];
  if (constraints.length > 0) bounds["constraints"] = constraints;
  return bounds;
}
