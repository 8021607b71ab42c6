import { InvalidOptionError, type NativeRequest, notShown, type RouteOptions } from "../contracts/index.ts";
import { readOption } from "./check-signal.ts";

/** Returns the request as its sender wrote it, from the options of a request. Throws `InvalidOptionError`. */
export function nativeOf(options: RouteOptions | undefined): NativeRequest | undefined {
  const native = readOption(options, "native");
  if (native === undefined || native === null) return undefined;
  try {
    const { protocol, text, headers } = native;
    const isKnown = protocol === "messages" || protocol === "responses";
    const isRead = typeof text === "string" && typeof headers === "object" && headers !== null;
    if (isKnown && isRead && Object.values(headers).every((value) => typeof value === "string"))
      return { protocol, text, headers: { ...headers } };
  } catch {
    // A getter that throws: it cannot be sent.
  }
  throw new InvalidOptionError("native", notShown, "a protocol, a text and headers of texts");
}
