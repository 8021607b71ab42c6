import { wantedOf } from "../../../plugin/wanted-of.ts";
import { HttpError } from "../http-error.ts";
import { onlyOfServer } from "../only-of-server.ts";
import type { Endpoint } from "./endpoint.ts";

const path = "/scale/";

/**
 * `GET /scale/{id}`: how many members a pool wants, for what starts and ends them, with a key that belongs to no tenant.
 * Status 503 while none is known: who asks then keeps what there is.
 */
export const scale: Endpoint = {
  method: "GET",
  path,
  isOfServer: true,
  async serve(call, { router, identify }) {
    await onlyOfServer(call, identify);
    const id = idOf(call.path);
    const model = Object.hasOwn(router.models, id) ? router.models[id] : undefined;
    if (model?.pool?.wanted === undefined)
      throw new HttpError(
        404,
        "there is no pool of this id that counts its members: give it scale: { max }",
        {
          code: "not_found",
        },
      );
    if (router.isClosed) throw unknown();
    // Begins to look for its members, where no request has done so.
    router.readEndpoints();
    const wanted = wantedOf(model);
    if (wanted === undefined) throw unknown();
    return {
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: JSON.stringify({ model: id, ...wanted }),
    };
  },
};

function unknown(): HttpError {
  return new HttpError(503, "the pool knows none of its members yet", { code: "overloaded" });
}

/** A path may hold anything. */
function idOf(whole: string): string {
  const id = whole.slice(whole.lastIndexOf(path) + path.length);
  try {
    return decodeURIComponent(id);
  } catch {
    return "";
  }
}
