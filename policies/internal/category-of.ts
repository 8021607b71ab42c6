import type { PolicyContext } from "../../src/contracts/index.ts";

/** The category that the request states, else the classifier's. */
export function categoryOf({ request, classification }: PolicyContext): string | undefined {
  return request.category ?? classification?.category;
}
