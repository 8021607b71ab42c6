import { ProviderError } from "../../../contracts/index.ts";

/** Creates the error of an answer that is cut off or unreadable. */
export function incomplete(model: string, summary: string, detail?: string): ProviderError {
  return new ProviderError({ kind: "incomplete", model, summary, detail });
}
