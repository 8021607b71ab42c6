/**
 * Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability") for any number of raters, each of
 * whom may have skipped items: 1 - D_o / D_e, observed over expected disagreement. `interval` uses squared
 * differences, `nominal` equality. Items with a single value are left out. 1 is full agreement, 0 is what
 * chance would give, below 0 is worse than chance. Undefined where fewer than two values can be paired, or
 * all are equal.
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

/** Sum of (x - y)² over all ordered pairs: 2 (n Σx² - (Σx)²), computed about the mean for precision. */
function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return 2 * values.length * values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** Number of ordered pairs that are not equal. */
function unequal(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let equal = 0;
  for (const count of counts.values()) equal += count ** 2;
  return values.length ** 2 - equal;
}
