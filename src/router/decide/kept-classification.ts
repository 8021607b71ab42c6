import type { Classification } from "../../contracts/index.ts";

/**
 * Returns a copy of a classification: its classifier may keep the object and change it, or return it again for
 * the next request.
 */
export function keptClassification({
  complexity,
  category,
  quality,
  signals,
}: Classification): Classification {
  return {
    complexity,
    category,
    quality: quality && Object.freeze({ ...quality }),
    signals: signals && Object.freeze({ ...signals }),
  };
}
