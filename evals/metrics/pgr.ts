/**
 * Performance gap recovered: `(quality - small) / (large - small)`; 0 is always-small, 1 is always-large.
 * Values below 0 and above 1 are possible. `undefined` if the large model is not better than the small one:
 * there is no gap to recover.
 *
 * Source: RouteLLM (arXiv 2406.18665), section 2.
 */
export function pgr(quality: number, small: number, large: number): number | undefined {
  return large > small ? (quality - small) / (large - small) : undefined;
}
