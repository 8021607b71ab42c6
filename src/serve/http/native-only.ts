import type { Constraint, NativeProtocol, RouteRequest } from "../../contracts/index.ts";
import type { Serving } from "./endpoints/endpoint.ts";
import { HttpError } from "./http-error.ts";

/** Parts of a request that only a model which speaks the request's protocol can take. */
export interface NativeParts {
  /** Notes one: `place` in the body, and why no other model can take it. */
  add(place: string, reason: string): void;
  /** Reason of the first one. Absent: any model can take the request. */
  readonly reason: string | undefined;
  /** Notes names of fields that change how a request is answered, and of optional tools, that its translation does not have. */
  leaveOut(names: readonly string[]): void;
  readonly leftOut: readonly string[];
  /** Notes a tool that the provider runs, by its type. */
  addProviderTool(type: string): void;
  /** Each once. */
  readonly providerTools: readonly string[];
  /** Notes something that the provider keeps: `container`, `file`. No model of another provider may have it. */
  keep(place: string, kind: string, reason?: string): void;
  /** Each once. */
  readonly providerState: readonly string[];
}

/** Most types of tools that are noted: they are words of a sender, and decisions hold them. */
const mostTypes = 32;

export function nativeParts(): NativeParts {
  const leftOut: string[] = [];
  const providerTools: string[] = [];
  const providerState: string[] = [];
  const parts: { -readonly [Key in keyof NativeParts]: NativeParts[Key] } = {
    reason: undefined,
    leftOut,
    providerTools,
    providerState,
    add(place: string, reason: string): void {
      parts.reason ??= `${place} ${reason}`;
    },
    leaveOut: (names) => void leftOut.push(...names),
    addProviderTool: (type) => addOnce(providerTools, type),
    keep(place, kind, reason = "is kept by the provider") {
      addOnce(providerState, kind);
      parts.add(place, reason);
    },
  };
  return parts;
}

function addOnce(list: string[], name: string): void {
  if (!list.includes(name) && list.length < mostTypes) list.push(name);
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
  { options }: Serving,
): RouteRequest {
  if (reason === undefined || typeof request === "string") return request;
  if (!options.native)
    throw new HttpError(
      400,
      `${reason}: only a request that is passed on as it came can hold it (option native)`,
    );
  const { constraints = [] } = request;
  return { ...request, constraints: [...constraints, nativeOnly(protocol, reason)] };
}

/**
 * Permits models that speak a protocol themselves, which get the request as it came. `reason` is why others cannot take it,
 * and what a decision says about them.
 */
function nativeOnly(protocol: NativeProtocol, reason: string): Constraint {
  return { name: "native", permits: ({ facts }) => facts.speaks?.includes(protocol) === true || reason };
}
