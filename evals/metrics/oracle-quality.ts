/**
 * Quality of the oracle, which knows each model's outcome beforehand: the best of the models on each record.
 * `qualities[m][i]` is model m's quality on record i; at least one model, all of one length.
 */
export function oracleQuality(qualities: readonly ArrayLike<number>[]): Float64Array {
  const best = Float64Array.from(qualities[0] ?? []);
  for (const quality of qualities.slice(1)) {
    for (let index = 0; index < best.length; index += 1) {
      best[index] = Math.max(best[index] as number, quality[index] as number);
    }
  }
  return best;
}
