/**
 * Returns how many characters the texts in plain data have together, with one for each field; beyond `most` any number
 * above it, found without a look at the rest.
 */
export function charactersIn(value: unknown, most: number): number {
  const left: unknown[] = [value];
  let characters = 0;
  while (left.length > 0 && characters <= most) {
    const one = left.pop();
    if (typeof one === "string") characters += one.length;
    else if (typeof one === "object" && one !== null)
      // Each field counts: data of many small ones, or that hold themselves, end here as well.
      for (const field of Object.values(one)) {
        characters += 1;
        left.push(field);
      }
  }
  return characters;
}
