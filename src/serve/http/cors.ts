import { InvalidOptionError } from "../../contracts/index.ts";

/** Headers of answers that pages may read, besides those that they may read anyway. */
const shown = [
  "x-request-id",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-switchpoint-model",
  "x-switchpoint-decision",
  "x-switchpoint-reason",
].join(", ");
/** Seconds for which a browser need not ask again. */
const maxAge = "600";
const headerNames = /^[\w-]+(?:, ?[\w-]+){0,63}$/;

/** Returns true if pages of the call's origin may read answers. */
export function isAllowed(origin: string | null, cors: readonly string[]): boolean {
  return origin !== null && (cors.includes(origin) || cors.includes("*"));
}

/** Returns the headers by which a browser lets the page that sent a call read the answer. */
export function corsHeaders(headers: Pick<Headers, "get">, cors: readonly string[]): Record<string, string> {
  const origin = headers.get("origin");
  // Caches must not give the answer for one origin to another.
  if (!isAllowed(origin, cors)) return { vary: "origin" };
  return {
    vary: "origin",
    "access-control-allow-origin": origin as string,
    "access-control-expose-headers": shown,
  };
}

/** Returns the headers by which a browser lets a page send what it asks for: methods of the path, and the headers that it names. */
export function preflightHeaders(
  headers: Pick<Headers, "get">,
  allow: string,
  cors: readonly string[],
): Record<string, string> {
  if (headers.get("access-control-request-method") === null || !isAllowed(headers.get("origin"), cors))
    return {};
  const wanted = headers.get("access-control-request-headers");
  const all: Record<string, string> = {
    "access-control-allow-methods": allow,
    "access-control-max-age": maxAge,
  };
  // Nothing but names: keys travel in headers of several names, and cookies are never read.
  if (wanted !== null && headerNames.test(wanted)) all["access-control-allow-headers"] = wanted;
  // A page of the internet may ask for this machine only if it says so.
  if (headers.get("access-control-request-private-network") === "true")
    all["access-control-allow-private-network"] = "true";
  return all;
}

/** Throws `InvalidOptionError` for what no browser would send. */
export function checkOrigin(option: string, origin: string): string {
  if (origin === "*" || isOrigin(origin)) return origin;
  throw new InvalidOptionError(
    option,
    origin,
    "an origin as browsers send it, such as https://app.example: small letters, without a path or a usual port; or *",
  );
}

function isOrigin(origin: unknown): boolean {
  if (typeof origin !== "string" || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,]+$/.test(origin)) return false;
  // Other schemes than these have no origin of their own for URL.
  return !URL.canParse(origin) || !/^https?:/.test(origin) || new URL(origin).origin === origin;
}
