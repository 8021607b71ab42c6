import type { Model } from "../../../contracts/index.ts";
import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import { namesOf } from "../names/names.ts";
import { jsonReply } from "../reply.ts";
import type { Endpoint, Serving } from "./endpoint.ts";

/** `GET /v1/models`: the names that a request may give as `model`. All in one page, whatever `limit` says. */
export const listModels: Endpoint = {
  method: "GET",
  path: "/models",
  async serve(call, serving) {
    await serving.identify(call);
    const names = listedNames(serving);
    if (isOfAnthropic(call)) {
      const data = names.map((name) => anthropicModel(name, serving));
      return jsonReply({ data, has_more: false, first_id: names[0], last_id: names.at(-1) });
    }
    const data = names.map(openaiModel);
    return jsonReply({ object: "list", data, ...(isOfCodex(call) && { models: [] }) });
  },
};

/** `GET /v1/models/{name}`: any name that a request may give. */
export const oneModel: Endpoint = {
  method: "GET",
  path: "/models/",
  async serve(call, serving) {
    await serving.identify(call);
    const name = nameIn(call.path);
    checkName(name, serving);
    return jsonReply(isOfAnthropic(call) ? anthropicModel(name, serving) : openaiModel(name));
  },
};

/** Throws `HttpError` for a name that a request could not give either. */
export function checkName(name: string, { router, options }: Serving): void {
  namesOf(router, options).meaningOf(name);
}

export function listedNames({ router, options }: Serving): readonly string[] {
  return namesOf(router, options).listed;
}

/** Returns the limits of a name's answers: those of its model, or the widest that the router has. Absent: not known. */
export function limitsOf(
  name: string,
  { router, options }: Serving,
): Pick<Model, "contextWindow" | "maxOutputTokens"> {
  const { model: id } = namesOf(router, options).meaningOf(name);
  const models = Object.entries(router.models).flatMap(([own, one]) =>
    id === undefined || own === id ? [one] : [],
  );
  return {
    contextWindow: widest(models.map((one) => one.contextWindow)),
    maxOutputTokens: widest(models.map((one) => one.maxOutputTokens)),
  };
}

function widest(limits: readonly (number | undefined)[]): number | undefined {
  return limits.includes(undefined) ? undefined : Math.max(...(limits as readonly number[]));
}

/** A name may have slashes of its own, written as such or not. */
function nameIn(path: string): string {
  const asked = path.slice(path.indexOf("/models/") + "/models/".length);
  try {
    return decodeURIComponent(asked);
  } catch {
    throw new HttpError(400, "the name of the model cannot be read", { param: "model" });
  }
}

/** Both interfaces have this path: Anthropic's clients name a version in each request. */
function isOfAnthropic({ headers }: HttpCall): boolean {
  return headers.get("anthropic-version") !== null;
}

/** Codex takes no list without `models`, its own descriptions, and asks for it again and again. It has its own if none is there. */
function isOfCodex({ query }: HttpCall): boolean {
  return new URLSearchParams(query).has("client_version");
}

function openaiModel(id: string): object {
  return { id, object: "model", created: 0, owned_by: "switchpoint" };
}

/** The epoch says that the time of creation is not known, and null that a limit is not. */
function anthropicModel(id: string, serving: Serving): object {
  const { contextWindow = null, maxOutputTokens = null } = limitsOf(id, serving);
  return {
    type: "model",
    id,
    display_name: id,
    created_at: "1970-01-01T00:00:00Z",
    max_input_tokens: contextWindow,
    max_tokens: maxOutputTokens,
    capabilities: null,
  };
}
