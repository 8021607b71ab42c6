/** Returns the larger of two amounts; undefined if neither is known. */
export function most(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
