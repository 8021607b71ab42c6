import type { ModelFacts } from "../../contracts/index.ts";

/**
 * Who wrote the reasoning and the signatures of a message. They are of use to that model alone:
 * others refuse them, also those of the same provider. A field of ours beside OpenAI's, put on
 * answers that hold such things and never sent to a provider.
 */
export interface Provenance {
  /** `provider:model`, the model as its provider calls it. */
  readonly written_by?: string;
}

/** Not the model's name, which may be one of several for different `defaults`. */
export function writerOf({ provider, model }: Pick<ModelFacts, "provider" | "model">): string {
  return `${provider}:${model}`;
}

/** Who wrote a message; undefined where it does not say. */
export function writtenBy(message: object): string | undefined {
  const { written_by } = message as { readonly written_by?: unknown };
  return typeof written_by === "string" ? written_by : undefined;
}
