import { nodeCrypto } from "./node-crypto.ts";

/** Returns the SHA-256 of a text, as UTF-8, in hexadecimal digits. In one step where there is one: it leaves no object behind. */
export function sha256(text: string): string {
  const crypto = nodeCrypto();
  return crypto.hash?.("sha256", text, "hex") ?? crypto.createHash("sha256").update(text).digest("hex");
}
