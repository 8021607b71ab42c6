import type { PolicyContext } from "../../src/contracts/index.ts";

/** The caller's category of the request, else the classifier's. */
export function categoryOf({ request, classification }: PolicyContext): string | undefined {
  return request.category ?? classification?.category;
}
