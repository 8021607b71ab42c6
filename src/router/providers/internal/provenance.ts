import type { ModelFacts } from "../../../contracts/index.ts";

/**
 * The writer of a message's reasoning and signatures. Only that model can use them; others refuse them,
 * even those of the same provider. The field is our own: it is put on answers that hold such content and
 * never sent to a provider.
 */
export interface Provenance {
  /** `provider:model`, with the provider's name of the model. */
  readonly written_by?: string;
}

/**
 * Returns the writer's name. It is not the model's name, of which there may be several for different
 * `defaults`.
 */
export function writerOf({ provider, model }: Pick<ModelFacts, "provider" | "model">): string {
  return `${provider}:${model}`;
}

/** Returns the writer of a message, or undefined if the message does not name one. */
export function writtenBy(message: object): string | undefined {
  const { written_by } = message as { readonly written_by?: unknown };
  return typeof written_by === "string" ? written_by : undefined;
}
