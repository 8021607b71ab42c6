import { requestParts } from "./late-parts.ts";
import type { RouterParts } from "./parts.ts";

/**
 * Begins what the first request has to wait for: pools look for their endpoints, and what decides is loaded. Undefined:
 * all is there, as for nearly every request.
 */
export function openingOf<Id extends string>({
  poolWatches,
  loadClassifier,
  loadShared,
  deciding,
}: RouterParts<Id>): Promise<unknown> | undefined {
  const pools = poolWatches.begin();
  const classifier = loadClassifier(deciding.classifier);
  const shared = loadShared?.();
  const parts = requestParts.load();
  if (classifier === undefined && shared === undefined && parts === undefined) return pools;
  return Promise.all([pools, classifier, shared, parts]);
}
