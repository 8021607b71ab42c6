import type { NativeProtocol } from "../contracts/index.ts";

/** Headers that belong to a body. No other is sent on: credentials above all. */
export const nativeHeaders: Readonly<Record<NativeProtocol, readonly string[]>> = {
  messages: ["anthropic-version", "anthropic-beta"],
  responses: ["openai-beta"],
  generateContent: [],
};

/** True for a value that can be sent: visible ASCII of a usual length. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && /^[\x20-\x7e]{1,4096}$/.test(value);
}
