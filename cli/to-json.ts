import { escapeHidden } from "../src/plugin/show-hidden.ts";

/** JSON for stdout, in which also those control and invisible characters are escaped that JSON itself leaves as they are. */
export function toJson(value: object, indent?: number): string {
  return escapeHidden(JSON.stringify(value, undefined, indent));
}
