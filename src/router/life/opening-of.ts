import type { Classifier } from "../../contracts/index.ts";
import { requestParts } from "./late-parts.ts";
import type { FixedParts, RouterParts } from "./parts.ts";

/**
 * Begins to load what decides as soon as there is a router, so that few requests wait for it, and those after a start that
 * opens many files find it read. A load that fails is told to the request that needs it.
 */
export function loadEarly<Id extends string>(
  { loadClassifier }: Pick<FixedParts<Id>, "loadClassifier">,
  classifier: Classifier,
): void {
  for (const loading of [requestParts.load(), loadClassifier(classifier)]) loading?.catch(() => {});
}

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
