import type { NativeProtocol, NativeRequest } from "../../contracts/index.ts";
import { isHeaderValue, nativeHeaders } from "../../plugin/native-headers.ts";
import type { HttpCall } from "./call.ts";
import type { ReadHandlerOptions } from "./handler-options.ts";
import type { NativeParts } from "./native-only.ts";

/** Returns a request as its sender wrote it, for models that speak its protocol. Undefined if the option turns that off. */
export function nativeRequest(
  protocol: NativeProtocol,
  call: HttpCall,
  text: string,
  parts: NativeParts,
  { native }: ReadHandlerOptions,
): NativeRequest | undefined {
  if (!native) return undefined;
  const headers: Record<string, string> = {};
  for (const name of nativeHeaders[protocol]) {
    const value = call.headers.get(name);
    if (isHeaderValue(value)) headers[name] = value;
  }
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const { reason, leftOut, providerTools, providerState } = parts;
  return {
    protocol,
    text: body,
    headers,
    ...(reason !== undefined && { only: true }),
    ...(leftOut.length > 0 && { leftOut }),
    ...(providerTools.length > 0 && { providerTools }),
    ...(providerState.length > 0 && { providerState }),
  };
}
