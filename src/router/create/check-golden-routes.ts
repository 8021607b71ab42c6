import { type GoldenRoute, InvalidOptionError } from "../../contracts/index.ts";
import { checkKeys } from "../../plugin/option-checks.ts";

const mostRoutes = 1_000;

/** Throws `InvalidOptionError` unless the value is a list of golden routes for models with these ids. */
export function checkGoldenRoutes(
  option: string,
  golden: readonly GoldenRoute[],
  ids: readonly string[],
): void {
  if (!Array.isArray(golden) || golden.length > mostRoutes)
    throw new InvalidOptionError(option, golden, `an array of at most ${mostRoutes} golden routes`);
  golden.forEach((route: GoldenRoute, at) => {
    const path = `${option}[${at}]`;
    checkKeys(path, route, ["request", "model", "in"]);
    const allowed: unknown = route.model === undefined ? route.in : [route.model];
    if (
      !Array.isArray(allowed) ||
      allowed.length === 0 ||
      (route.model !== undefined && route.in !== undefined)
    )
      throw new InvalidOptionError(path, route, "{ request, model } or { request, in: [model, ...] }");
    for (const id of allowed)
      if (!ids.includes(id))
        throw new InvalidOptionError(`a model of ${path}`, id, `one of ${ids.join(", ")}`);
    if (typeof route.request !== "string" && (typeof route.request !== "object" || route.request === null))
      throw new InvalidOptionError(`${path}.request`, route.request, "a prompt or a request");
  });
}
