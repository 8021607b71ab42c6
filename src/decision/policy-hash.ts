import type { PolicyDescription } from "../contracts/index.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";

/** Returns the first 12 hex digits of the SHA-256 of name and parameters, with keys sorted at every depth. */
export function policyHash({ name, parameters }: PolicyDescription): string {
  return nodeCrypto()
    .createHash("sha256")
    .update(JSON.stringify([name, sorted(parameters)]))
    .digest("hex")
    .slice(0, 12);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
