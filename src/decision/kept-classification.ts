import type { Classification } from "../contracts/index.ts";

/**
 * Returns a frozen copy of a classification. The decision records it: neither its classifier, which may keep the
 * object, nor a policy can change it later.
 */
export function keptClassification({
  complexity,
  category,
  quality,
  signals,
}: Classification): Classification {
  return Object.freeze({
    complexity,
    category,
    quality: quality && Object.freeze({ ...quality }),
    signals: signals && Object.freeze({ ...signals }),
  });
}
