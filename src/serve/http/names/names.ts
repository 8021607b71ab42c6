import type { Router, Routing } from "../../../contracts/index.ts";
import { showHidden } from "../../../plugin/show-hidden.ts";
import type { ReadHandlerOptions, Route } from "../handler-options.ts";
import { HttpError } from "../http-error.ts";
import { nearestModel } from "./nearest-model.ts";
import { withinPrice } from "./within-price.ts";

/** The names that a client may give as `model`. */
export interface Names {
  /**
   * Returns the routing fields that a name stands for. This is the one rule: an id of the router pins its model; a route has its
   * fields; a known name of a provider is an upper bound, by the price of output of the nearest model; all others leave the
   * choice to the router, which is told once. Throws `HttpError` for a value that is not a text, and for other names where the option says so.
   */
  meaningOf(given: unknown): Routing;
  /** All names that lists show: `auto`, routes, ids, and names of the router's models at their providers. */
  readonly listed: readonly string[];
}

/** Most names of clients that are remembered, and most for which `onUnknownModel` is called: names come from outside. */
const mostKnown = 1_000;
const mostTold = 100;
const longestName = 200;
/** Time in milliseconds for which a meaning holds: prices change. */
const freshMs = 3_600_000;

const auto: Routing = Object.freeze({});

const all = new WeakMap<ReadHandlerOptions, Names>();

/** Returns the names of a handler, by its options, which belong to one router. */
export function namesOf(router: Router, options: ReadHandlerOptions): Names {
  let names = all.get(options);
  if (names === undefined) {
    names = createNames(router, options);
    all.set(options, names);
  }
  return names;
}

function createNames({ models }: Router, options: ReadHandlerOptions): Names {
  const { routes, unknownModel, onUnknownModel = warnOnce() } = options;
  const own = new Set(Object.values(models).flatMap(({ model, name }) => [model, name]));
  const listed = ["auto", ...Object.keys(routes), ...Object.keys(models)];
  for (const { model } of Object.values(models)) if (!listed.includes(model)) listed.push(model);
  const told = new Set<string>();
  const known = new Map<string, Routing>();
  let since = 0;

  const found = (name: string): Routing => {
    if (unknownModel === "error" && !own.has(name))
      throw new HttpError(404, `there is no such model here; there are ${listed.join(", ")}`, {
        param: "model",
        code: "model_not_found",
      });
    const nearest = nearestModel(name, models);
    if (nearest === undefined && !own.has(name) && !told.has(name) && told.size < mostTold) {
      told.add(name);
      onUnknownModel(showHidden(name));
    }
    if (nearest?.mostUsd === undefined || unknownModel === "unbounded") return auto;
    const bound = withinPrice(models, nearest.mostUsd);
    return bound === undefined ? auto : { constraints: [bound] };
  };

  return {
    listed,
    meaningOf(given) {
      if (given === undefined || given === null || given === "auto" || given === "") return auto;
      if (typeof given !== "string") throw new HttpError(400, "model must be a text", { param: "model" });
      if (Object.hasOwn(models, given)) return { model: given };
      if (Object.hasOwn(routes, given)) return fieldsOfRoute(routes[given] as Route);
      const name = given.slice(0, longestName);
      const now = Date.now();
      if (!(Math.abs(now - since) < freshMs)) {
        known.clear();
        since = now;
      }
      let meaning = known.get(name);
      if (meaning === undefined) {
        meaning = found(name);
        if (known.size < mostKnown) known.set(name, meaning);
      }
      return meaning;
    },
  };
}

/** Returns the fields of a route: a text is the id of a model, or `auto`. */
function fieldsOfRoute(route: Route): Routing {
  if (typeof route !== "string") return route;
  return route === "auto" ? auto : { model: route };
}

/** Tells people who listen to nothing, once and without the name: it is a text of a client. */
function warnOnce(): () => void {
  let isTold = false;
  return () => {
    if (isTold) return;
    isTold = true;
    globalThis.process?.emitWarning?.(
      "a client gives a model a name that means nothing here: the router decides (onUnknownModel is told the name, routes gives it a meaning)",
      { type: "SwitchpointWarning", code: "SWITCHPOINT_UNKNOWN_MODEL" },
    );
  };
}
