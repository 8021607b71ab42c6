import type {
  Constraint,
  Model,
  ModelFacts,
  NativeProtocol,
  RouteRequest,
  Router,
} from "../../contracts/index.ts";
import type { Serving } from "./endpoints/endpoint.ts";
import { HttpError } from "./http-error.ts";

/** Parts of a request that only a model which speaks the request's protocol can take. */
export interface NativeParts {
  /** Notes one: `place` in the body, and why no other model can take it. */
  add(place: string, reason: string): void;
  /** Reason of the first one. Absent: any model can take the request. */
  readonly reason: string | undefined;
  /** Names of fields that change how a request is answered, and that its translation does not have. */
  leftOut: readonly string[];
}

export function nativeParts(): NativeParts {
  const parts: { -readonly [Key in keyof NativeParts]: NativeParts[Key] } = {
    reason: undefined,
    leftOut: [],
    add(place: string, reason: string): void {
      parts.reason ??= `${place} ${reason}`;
    },
  };
  return parts;
}

/** Types are words of a sender, which decisions then hold. */
export function shownType(type: unknown): string {
  return typeof type === "string" && /^[a-z0-9_]{1,64}$/.test(type) ? type : "that it has";
}

/**
 * Adds the constraint that a request needs which only models that speak its protocol can take. Throws `HttpError` where
 * requests are not passed on as they came.
 */
export function onlyNative(
  request: RouteRequest,
  protocol: NativeProtocol,
  { reason }: NativeParts,
  { router, options }: Serving,
): RouteRequest {
  if (reason === undefined || typeof request === "string") return request;
  if (!options.native)
    throw new HttpError(
      400,
      `${reason}: only a request that is passed on as it came can hold it (option native)`,
    );
  const { constraints = [] } = request;
  return { ...request, constraints: [...constraints, nativeOnly(protocol, reason, router.models)] };
}

/**
 * Permits models that speak a protocol themselves, which get the request as it came. `reason` is why others cannot take it,
 * and what a decision says about them.
 */
function nativeOnly(protocol: NativeProtocol, reason: string, models: Router["models"]): Constraint {
  return {
    name: "native",
    permits({ id, facts }) {
      const model: Model | undefined = Object.hasOwn(models, id) ? models[id] : undefined;
      return model !== undefined && speaks(model, facts, protocol) ? true : reason;
    },
  };
}

/** `facts`: those of the model, or of the member of a pool that is meant. */
function speaks(model: Model, facts: ModelFacts, protocol: NativeProtocol): boolean {
  if (model.members === undefined) return model.speaks?.includes(protocol) === true;
  const members = model.members();
  const meant = members.filter((one) => one.facts === facts);
  const asked = meant.length === 0 ? members : meant;
  return asked.length > 0 && asked.every((one) => one.model.speaks?.includes(protocol) === true);
}
