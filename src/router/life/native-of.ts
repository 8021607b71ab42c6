import {
  InvalidOptionError,
  type NativeRequest,
  notShown,
  type RouteOptions,
} from "../../contracts/index.ts";
import { isHeaderValue, nativeHeaders } from "../../plugin/native-headers.ts";
import { readOption } from "./check-signal.ts";

/** Returns the request as its sender wrote it, from the options of a request. Throws `InvalidOptionError`. */
export function nativeOf(options: RouteOptions | undefined): NativeRequest | undefined {
  const native = readOption(options, "native");
  if (native === undefined || native === null) return undefined;
  try {
    const { protocol, text, headers, only = false } = native;
    const isKnown = Object.hasOwn(nativeHeaders, protocol);
    const isRead =
      typeof text === "string" &&
      /^\s*\{/.test(text) &&
      typeof headers === "object" &&
      headers !== null &&
      typeof only === "boolean" &&
      lists.every((name) => native[name] === undefined || isListOfNames(native[name]));
    if (isKnown && isRead) {
      const copied = { ...headers };
      // A key among them would take the place of the model's own.
      const isSent = ([name, value]: [string, unknown]) =>
        nativeHeaders[protocol].includes(name) && isHeaderValue(value);
      if (Object.entries(copied).every(isSent)) {
        const read = { protocol, text, headers: copied, only };
        for (const name of lists) Object.assign(read, native[name] && { [name]: [...native[name]] });
        return read;
      }
    }
  } catch {
    // A getter that throws: it cannot be sent.
  }
  throw new InvalidOptionError(
    "native",
    notShown,
    "a protocol, a text that is a JSON object, and headers: anthropic-version and anthropic-beta for messages, openai-beta for responses",
  );
}

const lists = ["leftOut", "providerTools", "providerState"] as const;

function isListOfNames(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((name) => typeof name === "string" && name.length <= 200)
  );
}
