/** Returns a copy in random order (Fisher-Yates). */
export function shuffled(values: Uint32Array, random: () => number): Uint32Array {
  const order = values.slice();
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  return order;
}
