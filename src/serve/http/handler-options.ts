import { InvalidOptionError, type Router, type Routing } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import type { ServedDashboard } from "./page/served-dashboard.ts";
import type { ServedMetrics } from "./served-metrics.ts";
import { checkUpstream, type Upstream } from "./upstream.ts";

/** Paths that have an endpoint here. */
const routed = [
  "/chat/completions",
  "/responses",
  "/messages",
  "/messages/count_tokens",
  "/models",
  "/healthz",
];

/** Routing fields that the requests of a sender get, whatever they say themselves. */
export type Identity<Id extends string = string> = Omit<Routing<Id>, "model">;

export interface HandlerOptions<Id extends string = string> {
  /**
   * Returns what the sender is known by, or undefined for one that may not send, who gets status 401. It sees headers
   * and address; the body is not read yet. Default: everyone may send, and no request has a tenant.
   */
  readonly authorise?:
    | ((request: {
        readonly headers: Pick<Headers, "get">;
        readonly path: string;
      }) => Promise<Identity<Id> | undefined> | Identity<Id> | undefined)
    | undefined;
  /**
   * Names that a client may give as `model`, besides `auto` and the ids of the router's models, each with the routing
   * fields that its requests get: `{ fast: { labels: { route: "fast" } } }` for a policy that reads the label. Default
   * none.
   */
  readonly routes?: Readonly<Record<string, Identity<Id>>> | undefined;
  /** Fate of a request whose `model` is not known: `auto` lets the router decide. Default `error`, status 404. */
  readonly unknownModel?: "auto" | "error" | undefined;
  /**
   * True if answers say in headers (`x-switchpoint-model`, `-decision`, `-reason`) and in a field `switchpoint` next to
   * `usage` where the request went and why. Default false.
   */
  readonly explain?: boolean | undefined;
  /**
   * True if `tenant` and `labels` in a body count. Only for senders in this process: others could name any tenant.
   * Default false: they are refused.
   */
  readonly trusted?: boolean | undefined;
  /** Path before those of the interface. Default `/v1`; it may be absent in requests. */
  readonly basePath?: string | undefined;
  /** Server for paths that are not routed: embeddings. Default: they answer with status 404. */
  readonly upstream?: Upstream | undefined;
  /**
   * True if a request of `/v1/messages` or `/v1/responses` that names no session gets one: a hash of tenant, user, tools,
   * system text and first user message, which a conversation keeps. Two users who begin alike in one tenant then share it.
   * Default true; chat completions never do, since their clients name sessions or want none.
   */
  readonly inferSession?: boolean | undefined;
  /**
   * True if a request of `/v1/messages` or `/v1/responses` goes as it came to a model that speaks its protocol, and the
   * model's answer and errors come back as they came. False: it is translated for every model. Default true.
   */
  readonly native?: boolean | undefined;
  /**
   * Series that `GET /metrics` shows: `prometheus(router)`. A key of the server that belongs to no tenant may read them,
   * or anyone with `{ ...prometheus(router), open: true }`. Default: the path answers with status 404.
   */
  readonly metrics?: ServedMetrics | undefined;
  /**
   * Recording that the page `GET /dashboard` shows: `dashboard(router)`. Its reader needs a key of the server that belongs
   * to no tenant; without `authorise` the page answers to `localhost` and addresses, and to no other name. Default: the
   * path answers with status 404.
   */
  readonly dashboard?: ServedDashboard | undefined;
  /** Longest body in bytes. Default 33,554,432. */
  readonly maxBodyBytes?: number | undefined;
}

/** Throws `InvalidOptionError` with option, value and allowed range. */
export function checkHandlerOptions(options: HandlerOptions, router: Router): void {
  checkKeys("createHandler", options, [
    "authorise",
    "routes",
    "unknownModel",
    "explain",
    "trusted",
    "basePath",
    "maxBodyBytes",
    "upstream",
    "inferSession",
    "native",
    "metrics",
    "dashboard",
  ]);
  const { authorise, routes = {}, unknownModel, explain, trusted, basePath, maxBodyBytes } = options;
  const { upstream, inferSession, native, metrics, dashboard } = options;
  if (dashboard !== undefined && typeof dashboard?.frame !== "function")
    throw new InvalidOptionError("createHandler.dashboard", typeof dashboard, "dashboard(router)");
  if (
    metrics !== undefined &&
    !(typeof metrics?.text === "function" && typeof metrics.contentType === "string")
  )
    throw new InvalidOptionError("createHandler.metrics", typeof metrics, "prometheus(router)");
  if (authorise !== undefined && typeof authorise !== "function")
    throw new InvalidOptionError("createHandler.authorise", authorise, "a function");
  if (unknownModel !== undefined && unknownModel !== "auto" && unknownModel !== "error")
    throw new InvalidOptionError("createHandler.unknownModel", unknownModel, "auto, error");
  for (const [name, given] of Object.entries({ explain, trusted, inferSession, native }))
    if (given !== undefined && typeof given !== "boolean")
      throw new InvalidOptionError(`createHandler.${name}`, given, "true or false");
  if (basePath !== undefined && !(typeof basePath === "string" && basePath.startsWith("/")))
    throw new InvalidOptionError("createHandler.basePath", basePath, "a path that begins with /");
  if (maxBodyBytes !== undefined)
    checkNumber("createHandler.maxBodyBytes", maxBodyBytes, { min: 1, max: 2 ** 30, integer: true });
  if (upstream !== undefined) checkUpstream("createHandler.upstream", upstream, routed);
  if (typeof routes !== "object" || routes === null)
    throw new InvalidOptionError("createHandler.routes", routes, "an object of routing fields by name");
  for (const [name, fields] of Object.entries(routes)) {
    const option = `createHandler.routes.${name}`;
    if (name === "auto" || Object.hasOwn(router.models, name))
      throw new InvalidOptionError(option, name, "a name that is neither auto nor the id of a model");
    checkKeys(option, fields, [
      "session",
      "tenant",
      "labels",
      "category",
      "language",
      "constraints",
      "maxCostUsd",
      "deadlineMs",
      "fallback",
    ]);
  }
}
