import type { ChatMessage } from "../../../src/contracts/index.ts";
import type { Exported } from "./export-format.ts";

/** What the models saw: a text, or messages. */
export type Asked = string | readonly ChatMessage[];

/** Why a record cannot be exported at all. */
export const withTools = "records with tools, which the format does not hold";

/** What the models saw of a record; absent where they saw tools too, which no format here holds. */
export function askedOf(record: Exported): Asked | undefined {
  const { prompt, messages } = record;
  const { system, tools } = record as { readonly system?: string; readonly tools?: readonly unknown[] };
  if (tools !== undefined && tools.length > 0) return undefined;
  if (system === undefined || system === "") return messages ?? prompt ?? "";
  const turns: readonly ChatMessage[] = messages ?? [{ role: "user", content: prompt ?? "" }];
  return [{ role: "system", content: system }, ...turns];
}
