import { InvalidOptionError, type Router, type Routing } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { routingOptions } from "../../plugin/routing-fields.ts";
import type { ServedDashboard } from "./page/served-dashboard.ts";
import type { ServedMetrics } from "./served-metrics.ts";
import { type Upstream, upstreamOptions } from "./upstream.ts";

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
   * True if a request that names no session gets one: a hash of tenant, user, tools, system text and first user message, which a
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
  /** Longest body in bytes, with images and files. Default 33,554,432. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Most characters of a body besides the base64 of images and files: what they are of takes time, and their data takes next to none.
   * Default 4,194,304.
   */
  readonly maxBodyCharacters?: number | undefined;
}

const { model: _, ...ofIdentity } = routingOptions;

export const identityOptions: OptionTable<Identity, keyof Identity> = ofIdentity;

/** Options without a default. */
export type OpenOption = "authorise" | "upstream" | "metrics" | "dashboard";

export const handlerOptions: OptionTable<HandlerOptions, OpenOption> = {
  authorise: { is: "function", optional: true },
  routes: {
    is: "record",
    of: { is: "table", of: identityOptions },
    expected: "an object of routing fields by name",
    default: {},
  },
  unknownModel: { is: "choice", of: ["auto", "error"], default: "error" },
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
  { routes, metrics }: Pick<ReadHandlerOptions, "routes" | "metrics">,
  router: Router,
): void {
  for (const name of Object.keys(routes))
    if (name === "auto" || Object.hasOwn(router.models, name))
      throw new InvalidOptionError(
        `${owner}.routes.${name}`,
        name,
        "a name that is neither auto nor the id of a model",
      );
  if (metrics?.open !== undefined) readOption({ is: "boolean" }, `${owner}.metrics.open`, metrics.open);
}
