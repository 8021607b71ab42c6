import { HttpError } from "../http-error.ts";
import { jsonReply } from "../reply.ts";
import type { Endpoint, Serving } from "./endpoint.ts";
import { openaiError } from "./openai-error.ts";

/** `GET /v1/models`: the names that a request may give as `model`. */
export const listModels: Endpoint = {
  method: "GET",
  path: "/models",
  refuse: openaiError,
  async serve(call, serving) {
    await serving.identify(call);
    return jsonReply({ object: "list", data: namesOf(serving).map(modelOf) });
  },
};

/** `GET /v1/models/{name}` */
export const oneModel: Endpoint = {
  method: "GET",
  path: "/models/",
  refuse: openaiError,
  async serve(call, serving) {
    await serving.identify(call);
    const asked = call.path.slice(call.path.lastIndexOf("/models/") + "/models/".length);
    const name = namesOf(serving).find((one) => one === asked || encodeURIComponent(one) === asked);
    if (name === undefined)
      throw new HttpError(404, "there is no such model here", { param: "model", code: "model_not_found" });
    return jsonReply(modelOf(name));
  },
};

function namesOf({ router, options }: Serving): readonly string[] {
  return ["auto", ...Object.keys(options.routes ?? {}), ...Object.keys(router.models)];
}

function modelOf(id: string): object {
  return { id, object: "model", created: 0, owned_by: "switchpoint" };
}
