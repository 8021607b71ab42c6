import { jsonReply } from "../reply.ts";
import type { Endpoint } from "./endpoint.ts";

/** `GET /healthz`: the process takes requests. It asks no model. */
export const health: Endpoint = {
  method: "GET",
  path: "/healthz",
  open: true,
  serve: () => jsonReply({ status: "ok" }),
};

/** `HEAD /`: by this coding agents find out if there is a server. */
export const probe: Endpoint = {
  method: "HEAD",
  path: "/",
  open: true,
  serve: () => ({ status: 200, headers: {} }),
};
