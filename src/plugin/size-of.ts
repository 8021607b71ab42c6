/**
 * Returns the size of plain data: one for each character of its texts and of the names of its fields, and eight for each value; about
 * the bytes that it takes, and half of them where texts have characters beyond Latin-1. Beyond `most` any number above it, found
 * without a look at the rest. Whatever keeps requests or answers bounds them by this, since what is counted of a request for its price
 * or its window is only a part of it.
 */
export function sizeOf(value: unknown, most: number = Number.POSITIVE_INFINITY): number {
  const left: unknown[] = [value];
  let size = 0;
  while (left.length > 0 && size <= most) {
    const one = left.pop();
    if (typeof one === "string") size += one.length;
    else if (Array.isArray(one)) {
      // Each value counts: data of many small ones, or that hold themselves, end here as well.
      size += 8 * one.length;
      for (const held of one as unknown[]) if (isLarge(held)) left.push(held);
    } else if (typeof one === "object" && one !== null)
      for (const name in one) {
        const held = (one as Readonly<Record<string, unknown>>)[name];
        size += 8 + name.length;
        if (isLarge(held)) left.push(held);
      }
  }
  return size;
}

function isLarge(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}
