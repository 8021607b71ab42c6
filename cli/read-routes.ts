import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { checkRoute, type Route, readRoute } from "../src/serve/http/inner.ts";
import { pairOption } from "./pair-option.ts";

const form = "name=ID, name=auto, or name={ … } with routing fields as JSON";

/** Names that clients may give, by name, each with the place that an error names. */
export type Routes = ReadonlyMap<string, { readonly place: string; readonly route: Route }>;

/**
 * Reads the values of `--route` and the text of the file of `--routes`, an object by name. A name of the command line replaces that of
 * the file. Throws `InvalidOptionError`.
 */
export function readRoutes(
  given: readonly string[],
  file?: { readonly name: string; readonly text: string },
): Routes {
  const routes = new Map<string, { place: string; route: Route }>();
  if (file !== undefined)
    for (const [name, route] of Object.entries(objectIn("--routes", file.name, file.text)))
      routes.set(name, { place: `${file.name}: ${name}`, route: routeOf(`${file.name}: ${name}`, route) });
  const seen = new Set<string>();
  for (const text of given) {
    const [name, value] = pairOption("--route", text, form);
    if (seen.has(name)) throw new InvalidOptionError("--route", name, "a name that is given once");
    seen.add(name);
    const route = value.startsWith("{") ? objectIn("--route", text, value) : value;
    routes.set(name, { place: `--route ${name}`, route: routeOf(`--route ${name}`, route) });
  }
  return routes;
}

/** Returns the routes as an option of a handler, checked against its router. Throws `InvalidOptionError`. */
export function routesFor(routes: Routes, router: Router): Readonly<Record<string, Route>> {
  for (const [name, { place, route }] of routes) checkRoute(place, name, route, router);
  return Object.fromEntries([...routes].map(([name, { route }]) => [name, route]));
}

function routeOf(place: string, route: unknown): Route {
  const { constraints } = (route ?? {}) as { constraints?: unknown };
  if (constraints !== undefined)
    throw new InvalidOptionError(
      `${place}.constraints`,
      constraints,
      "absent: constraints are code, of a config",
    );
  return readRoute(place, route as Route);
}

function objectIn(option: string, shown: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InvalidOptionError(
    option,
    shown,
    "an object as JSON, with an id, auto or routing fields by name",
  );
}
