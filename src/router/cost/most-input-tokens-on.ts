import type { ModelFacts, RequestFacts } from "../../contracts/index.ts";
import { addedBody } from "../../plugin/added-body.ts";
import { highestInputRate } from "./highest-rates.ts";
import { perImage } from "./most-input-tokens.ts";

/** Some small models count an image at up to 48,000 tokens, so that it costs what it costs on the large one. */
const perImageOfCheap = 50_000;
const cheapUsdPerMillion = 0.5;

/** Returns the bound for one model: by how it counts images and what it adds, and at most its context window. */
export function mostInputTokensOn(
  model: ModelFacts,
  {
    mostInputTokens: most,
    inputTokens,
    images,
  }: Pick<RequestFacts, "mostInputTokens" | "inputTokens" | "images">,
): number {
  const { price, contextWindow = Number.POSITIVE_INFINITY } = model;
  const added = addedBody(model)?.bytes ?? 0;
  const isCheap = price !== undefined && highestInputRate(price, 0) < cheapUsdPerMillion;
  const more = isCheap ? images * (perImageOfCheap - perImage) : 0;
  return Math.min((most ?? inputTokens) + more + added, contextWindow);
}
