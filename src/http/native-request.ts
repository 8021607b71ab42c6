import type { NativeProtocol, NativeRequest } from "../contracts/index.ts";
import type { HttpCall } from "./call.ts";
import type { HandlerOptions } from "./handler-options.ts";

/** Headers that belong to a body. No other is sent on: credentials above all. */
const headersOf: Readonly<Record<NativeProtocol, readonly string[]>> = {
  messages: ["anthropic-version", "anthropic-beta"],
  responses: ["openai-beta"],
};

/** Returns a request as its sender wrote it, for models that speak its protocol. Undefined if the option turns that off. */
export function nativeRequest(
  protocol: NativeProtocol,
  call: HttpCall,
  text: string,
  { native }: HandlerOptions,
): NativeRequest | undefined {
  if (native === false) return undefined;
  const headers: Record<string, string> = {};
  for (const name of headersOf[protocol]) {
    const value = call.headers.get(name);
    if (value !== null && /^[\x20-\x7e]{1,4096}$/.test(value)) headers[name] = value;
  }
  return { protocol, text: text.startsWith("\ufeff") ? text.slice(1) : text, headers };
}
