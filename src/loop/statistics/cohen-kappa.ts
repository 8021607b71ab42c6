/**
 * Cohen's kappa (1960): agreement of two raters beyond chance, (p_o - p_e) / (1 - p_e), on the same items in
 * the same order. Equal values are one category. 1 is full agreement, 0 is what chance would give. Undefined
 * without items, and if chance alone agrees on all (one category).
 */
export function cohenKappa(a: readonly unknown[], b: readonly unknown[]): number | undefined {
  const items = Math.min(a.length, b.length);
  const counts = new Map<unknown, [a: number, b: number]>();
  const countOf = (value: unknown): [number, number] => {
    const known = counts.get(value) ?? [0, 0];
    counts.set(value, known);
    return known;
  };
  let agreed = 0;
  for (let item = 0; item < items; item += 1) {
    if (a[item] === b[item]) agreed += 1;
    countOf(a[item])[0] += 1;
    countOf(b[item])[1] += 1;
  }
  let byChance = 0;
  for (const [ofA, ofB] of counts.values()) byChance += (ofA * ofB) / items ** 2;
  return items === 0 || byChance === 1 ? undefined : (agreed / items - byChance) / (1 - byChance);
}
