import type { PolicyDescription } from "../../contracts/index.ts";
import { canonicalJson } from "../../plugin/canonical-json.ts";
import { sha256 } from "../../plugin/sha256.ts";

/** Returns the first 12 hex digits of the SHA-256 of name and parameters, with keys sorted at every depth. */
export function policyHash({ name, parameters }: PolicyDescription): string {
  return sha256(canonicalJson([name, parameters])).slice(0, 12);
}
