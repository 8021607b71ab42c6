import type { ChatMessage } from "../../../src/contracts/index.ts";
import type { Exported } from "./export-format.ts";

/** Request that the models saw: a text, or messages. */
export type Asked = string | readonly ChatMessage[];

/** Reason for leaving out a record that cannot be exported at all. */
export const withTools = "records with tools, which the format does not hold";

/**
 * Returns the request that the models saw; undefined if they saw tools too, which none of the formats can
 * hold.
 */
export function askedOf(record: Exported): Asked | undefined {
  const { prompt, messages } = record;
  const { system, tools } = record as { readonly system?: string; readonly tools?: readonly unknown[] };
  if (tools !== undefined && tools.length > 0) return undefined;
  if (system === undefined || system === "") return messages ?? prompt ?? "";
  const turns: readonly ChatMessage[] = messages ?? [{ role: "user", content: prompt ?? "" }];
  return [{ role: "system", content: system }, ...turns];
}
