import type { HttpCall } from "../call.ts";
import { isDirectHost } from "../direct-host.ts";
import type { ReadHandlerOptions } from "../handler-options.ts";
import { HttpError } from "../http-error.ts";

const site = /^https?:\/\/([^/]*)$/i;
const local = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/**
 * Returns a function that returns the error for a page that came by a name, where this machine alone is served and no key is asked for: a page of another
 * site could let its name point here, belong to the same origin, and have models answer at the cost of this machine's owner.
 * Browsers name the site of a page in what it sends; programs name none.
 */
export function pageRefusal({
  host,
  socket,
  authorise,
  cors,
}: Served): (call: Pick<HttpCall, "headers">) => HttpError | undefined {
  if (authorise !== undefined || socket !== undefined || !local.test(host)) return () => undefined;
  return ({ headers }) => {
    const origin = headers.get("origin");
    if (origin === null) return undefined;
    const from = site.exec(origin)?.[1];
    return from === undefined || isDirectHost(from) || cors.includes(origin) ? undefined : refusal;
  };
}

interface Served extends Pick<ReadHandlerOptions, "authorise" | "cors"> {
  /** Address that the server listens at. */
  readonly host: string;
  /** Path of a socket, in its place. */
  readonly socket: string | undefined;
}

const refusal = new HttpError(
  403,
  "without keys pages of localhost and of addresses alone may send (option cors, --cors)",
  {
    code: "not_permitted",
  },
);
