import { undici } from "../../src/router/providers/transport/index.ts";

export interface WayToSend {
  readonly client?: "direct" | "sdk";
  readonly fetch?: typeof fetch;
}

/** The ways in which a call of a provider can be sent. */
export const waysToSend: Readonly<Record<string, WayToSend>> = {
  directly: {},
  "directly over undici": { fetch: undici() },
  "directly over fetch": { fetch: (input, init) => fetch(input, init) },
  "through the SDK": { client: "sdk" },
  "through the SDK over undici": { client: "sdk", fetch: undici() },
};
