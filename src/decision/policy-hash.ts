import type { PolicyDescription } from "../contracts/index.ts";
import { canonicalJson } from "../plugin/canonical-json.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";

/** Returns the first 12 hex digits of the SHA-256 of name and parameters, with keys sorted at every depth. */
export function policyHash({ name, parameters }: PolicyDescription): string {
  return nodeCrypto()
    .createHash("sha256")
    .update(canonicalJson([name, parameters]))
    .digest("hex")
    .slice(0, 12);
}
