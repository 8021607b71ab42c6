import { InvalidOptionError, type Router, type Routing } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { checkOrigin } from "./cors.ts";
import type { ServedDashboard } from "./page/served-dashboard.ts";
import type { ServedMetrics } from "./served-metrics.ts";
import { type Upstream, upstreamOptions } from "./upstream.ts";

/** Routing fields that the requests of a sender get, whatever they say themselves. */
export type Identity<Id extends string = string> = Omit<Routing<Id>, "model">;

/** Meaning of a name: the id of a model, which it pins, `auto`, or routing fields. */
export type Route<Id extends string = string> = Id | "auto" | Identity<Id>;

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
   * Names that a client may give as `model`, besides `auto` and the ids of the router's models: each stands for the id of a model, for
   * `auto`, or for the routing fields that its requests get, such as `{ fast: { labels: { route: "fast" } } }` for a policy that reads
   * the label. Default none.
   */
  readonly routes?: Readonly<Record<string, Route<Id>>> | undefined;
  /**
   * Fate of a request whose `model` is neither an id nor a route. `auto`: the router decides; a known name of a provider stands for the nearest
   * model, by family, then by price, and those whose output costs more are asked only where no other can answer. `unbounded`: the
   * router decides. `error`: status 404, except for names that the router's own models have at their providers. Default `auto`.
   */
  readonly unknownModel?: "auto" | "unbounded" | "error" | undefined;
  /**
   * Called once for each name of a client that means nothing here, at most 100 of them, with at most 200 characters. Default: one warning
   * of the process, without the name.
   */
  readonly onUnknownModel?: ((name: string) => void) | undefined;
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
  /**
   * Text that decides about the complexity of a request of a coding agent, which its headers name: with `trusted` what its user typed,
   * with `guarded` that or all of it, the harder one. With `trusted` a request also says what it is in its conversation (`request.step`):
   * a title, a summary. With `trusted` a sender can raise or lower the complexity of its own requests by an
   * agent's headers; budgets and `guarded()` bound that. Default `trusted`.
   */
  readonly agents?: "trusted" | "guarded" | undefined;
  /** Path before those of the interface. Default `/v1`; it may be absent in requests. */
  readonly basePath?: string | undefined;
  /** Server for paths that are not routed: embeddings. Default: they answer with status 404. */
  readonly upstream?: Upstream | undefined;
  /**
   * True if a request that names no session gets one: a hash of tenant, user, names of tools, system text and first user message, which a
   * conversation keeps. Two users who begin alike in one tenant then share it. Default true.
   */
  readonly inferSession?: boolean | undefined;
  /**
   * True if a request of `/v1/messages`, `/v1/responses` or `generateContent` goes as it came to a model that speaks its
   * protocol, and the model's answer and errors come back as they came. False: it is translated for every model. Default true.
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
  /**
   * Origins whose pages may send and read answers, such as `https://app.example`, or `*` for any where keys are asked for. Pages that the
   * server shows itself, and its metrics, stay its own. Default none.
   */
  readonly cors?: readonly string[] | undefined;
  /** Longest body in bytes, with images and files, packed or not. Default 33,554,432. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Most characters of a body besides the base64 of images and files: what they are of takes time, and their data takes next to none.
   * Default 4,194,304.
   */
  readonly maxBodyCharacters?: number | undefined;
}

const text = { is: "text", optional: true } as const;

export const routeOptions: OptionTable<Identity, keyof Identity> = {
  session: text,
  tenant: text,
  labels: {
    is: "record",
    of: { is: "text", empty: true },
    expected: "an object of texts by name",
    optional: true,
  },
  category: text,
  language: text,
  codingAgent: text,
  step: { is: "choice", of: ["ask", "tool-result", "continue", "housekeeping", "summary"], optional: true },
  // The router checks them with each request.
  constraints: { is: "any", optional: true },
  maxCostUsd: { is: "number", above: 0, optional: true },
  deadlineMs: { is: "duration", optional: true },
  fallback: { is: "boolean", optional: true },
};

/** Throws `InvalidOptionError` for fields that no route has. */
export function readRoute(path: string, route: Route): Route {
  return typeof route === "string" ? route : readOptions(path, routeOptions, route);
}

/** Options without a default. */
export type OpenOption = "authorise" | "onUnknownModel" | "upstream" | "metrics" | "dashboard";

export const handlerOptions: OptionTable<HandlerOptions, OpenOption> = {
  authorise: { is: "function", optional: true },
  routes: {
    is: "record",
    of: { is: "checked", check: readRoute },
    expected: "an object of ids or routing fields by name",
    default: {},
  },
  unknownModel: { is: "choice", of: ["auto", "unbounded", "error"], default: "auto" },
  onUnknownModel: { is: "function", optional: true },
  explain: { is: "boolean", default: false },
  trusted: { is: "boolean", default: false },
  agents: { is: "choice", of: ["trusted", "guarded"], default: "trusted" },
  basePath: { is: "text", pattern: /^\//, expected: "a path that begins with /", default: "/v1" },
  upstream: { is: "table", of: upstreamOptions, optional: true },
  inferSession: { is: "boolean", default: true },
  native: { is: "boolean", default: true },
  metrics: {
    is: "object",
    methods: ["text"],
    named: ["contentType"],
    expected: "prometheus(router)",
    optional: true,
  },
  dashboard: { is: "object", methods: ["frame"], expected: "dashboard(router)", optional: true },
  cors: {
    is: "list",
    of: { is: "checked", check: checkOrigin },
    expected: "an array of origins",
    default: [],
  },
  maxBodyBytes: { is: "number", min: 1, max: 2 ** 30, integer: true, default: 33_554_432 },
  maxBodyCharacters: { is: "number", min: 1, max: 2 ** 30, integer: true, default: 4_194_304 },
};

export type ReadHandlerOptions = FilledOptions<HandlerOptions, OpenOption>;

/** Throws `InvalidOptionError` with option, value and allowed range. */
export function readHandlerOptions(
  owner: string,
  options: HandlerOptions,
  router: Router,
): ReadHandlerOptions {
  const read = readOptions(owner, handlerOptions, options);
  checkTogether(owner, read, router);
  return read;
}

/** Checks what depends on the router, or on another function's options. Throws `InvalidOptionError`. */
export function checkTogether(
  owner: string,
  { authorise, cors, routes, metrics }: Pick<ReadHandlerOptions, "authorise" | "cors" | "routes" | "metrics">,
  router: Router,
): void {
  if (cors.includes("*") && authorise === undefined)
    throw new InvalidOptionError(
      `${owner}.cors`,
      "*",
      "origins by name where no key is asked for: any page could have models answer at your cost",
    );
  for (const [name, route] of Object.entries(routes))
    checkRoute(`${owner}.routes.${name}`, name, route, router);
  if (metrics?.open !== undefined) readOption({ is: "boolean" }, `${owner}.metrics.open`, metrics.open);
}

/** Throws `InvalidOptionError` for a route that has no name of its own, or stands for a model that is not there. */
export function checkRoute(option: string, name: string, route: Route, router: Router): void {
  if (name === "auto" || Object.hasOwn(router.models, name))
    throw new InvalidOptionError(option, name, "a name that is neither auto nor the id of a model");
  if (typeof route !== "string" || route === "auto" || Object.hasOwn(router.models, route)) return;
  const ids = Object.keys(router.models).join(", ");
  throw new InvalidOptionError(option, route, `auto, routing fields, or the id of a model: ${ids}`);
}
