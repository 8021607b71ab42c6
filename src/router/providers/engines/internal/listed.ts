import type { ServedModelDescription } from "../../../../contracts/server-description.ts";
import { fieldsOf } from "../../../../plugin/fields-of.ts";
import { nameOf, tokensOf } from "./read-values.ts";

/** Most models of a list. */
const mostModels = 1_000;

/** Reads `/v1/models`: names, windows where they are given, and the base models of LoRA adapters. */
export function listed(answer: unknown): readonly ServedModelDescription[] {
  const { data } = fieldsOf(answer);
  return (Array.isArray(data) ? data.slice(0, mostModels) : []).flatMap((one: unknown) => {
    const { id, max_model_len, parent } = fieldsOf(one);
    const name = nameOf(id);
    if (name === undefined) return [];
    const [contextWindow, base] = [tokensOf(max_model_len), nameOf(parent)];
    return [
      {
        id: name,
        ...(contextWindow !== undefined && { contextWindow }),
        ...(base !== undefined && { parent: base }),
      },
    ];
  });
}

/** Returns the window of a model in a list; a LoRA adapter without one has that of its base. */
export function windowOf(
  models: readonly ServedModelDescription[],
  model: string,
): { readonly contextWindow?: number } {
  const found = models.find(({ id }) => id === model);
  const base = models.find(({ id }) => id === found?.parent);
  const contextWindow = found?.contextWindow ?? base?.contextWindow;
  return contextWindow === undefined ? {} : { contextWindow };
}
