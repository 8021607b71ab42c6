/**
 * Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability") for any number of raters, of whom any
 * may have left out any item: 1 - D_o / D_e, observed over expected disagreement. `interval` takes squared
 * differences, `nominal` equal or not. Items with a single value say nothing and are left out. 1 is agreement
 * throughout, 0 what chance would give, below 0 worse. Undefined where fewer than two values can be paired or
 * all are the same.
 */
export function krippendorffAlpha(
  items: readonly (readonly number[])[],
  metric: "interval" | "nominal" = "interval",
): number | undefined {
  const paired = items.filter((values) => values.length > 1);
  const all = paired.flat();
  const disagreement = metric === "interval" ? squares : unequal;
  const expected = disagreement(all) / (all.length * (all.length - 1));
  if (!(expected > 0)) return undefined;
  let observed = 0;
  for (const values of paired) observed += disagreement(values) / (values.length - 1);
  return 1 - observed / all.length / expected;
}

/** Sum of (x - y)² over all ordered pairs: 2 (n Σx² - (Σx)²), about the mean to keep digits. */
function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return 2 * values.length * values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** Ordered pairs that are not equal. */
function unequal(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let equal = 0;
  for (const count of counts.values()) equal += count ** 2;
  return values.length ** 2 - equal;
}
