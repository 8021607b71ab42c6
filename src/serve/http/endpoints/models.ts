import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import { jsonReply } from "../reply.ts";
import type { Endpoint, Serving } from "./endpoint.ts";

/** `GET /v1/models`: the names that a request may give as `model`. All in one page, whatever `limit` says. */
export const listModels: Endpoint = {
  method: "GET",
  path: "/models",
  async serve(call, serving) {
    await serving.identify(call);
    const names = namesOf(serving);
    if (!isOfAnthropic(call)) return jsonReply({ object: "list", data: names.map(openaiModel) });
    const data = names.map(anthropicModel);
    return jsonReply({ data, has_more: false, first_id: names[0], last_id: names.at(-1) });
  },
};

/** `GET /v1/models/{name}` */
export const oneModel: Endpoint = {
  method: "GET",
  path: "/models/",
  async serve(call, serving) {
    await serving.identify(call);
    const asked = call.path.slice(call.path.lastIndexOf("/models/") + "/models/".length);
    const name = namesOf(serving).find((one) => one === asked || encodeURIComponent(one) === asked);
    if (name === undefined)
      throw new HttpError(404, "there is no such model here", { param: "model", code: "model_not_found" });
    return jsonReply(isOfAnthropic(call) ? anthropicModel(name) : openaiModel(name));
  },
};

/** Both interfaces have this path: Anthropic's clients name a version in each request. */
function isOfAnthropic({ headers }: HttpCall): boolean {
  return headers.get("anthropic-version") !== null;
}

export function namesOf({ router, options }: Serving): readonly string[] {
  return ["auto", ...Object.keys(options.routes), ...Object.keys(router.models)];
}

function openaiModel(id: string): object {
  return { id, object: "model", created: 0, owned_by: "switchpoint" };
}

/** The epoch says that the time of creation is not known. */
function anthropicModel(id: string): object {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}
