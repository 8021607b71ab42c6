import type { ProviderErrorKind } from "../../../../contracts/index.ts";

/** Kinds by HTTP status, for a provider that says nothing more (RFC 9110, 6585 and 7725, and what servers of models send). */
const kinds: Readonly<Record<number, ProviderErrorKind>> = {
  400: "invalid-request",
  401: "authentication",
  402: "permission",
  403: "permission",
  404: "not-found",
  // An address without such a method, and one that is gone, serve no model.
  405: "not-found",
  407: "permission",
  408: "timeout",
  409: "conflict",
  410: "not-found",
  413: "too-large",
  415: "invalid-request",
  422: "invalid-request",
  423: "conflict",
  // Sent by self-hosted servers when the generation failed.
  424: "server",
  425: "server",
  429: "rate-limit",
  451: "permission",
  // A proxy whose own caller went away.
  499: "connection",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

/** Statuses from here on say something about the endpoint and not about the request, unless they are listed. */
const firstOfEndpoint = 405;
const lastOfEndpoint = 431;

/** Returns the meaning of an HTTP status for a provider that says nothing more. */
export function kindOfStatus(status: number): ProviderErrorKind {
  const kind = kinds[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return "server";
  if (status >= firstOfEndpoint && status <= lastOfEndpoint) return "unknown";
  return status >= 400 ? "invalid-request" : "unknown";
}
