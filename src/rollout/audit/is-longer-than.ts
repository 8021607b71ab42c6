/** True if the texts in plain data have more characters together. Ends with the first that is too many. */
export function isLongerThan(value: unknown, most: number): boolean {
  const left: unknown[] = [value];
  let characters = 0;
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "string") characters += one.length;
    else if (typeof one === "object" && one !== null) {
      // Each field takes some characters too: data of many small ones, or that hold themselves, end here as well.
      for (const field of Object.values(one)) {
        characters += 1;
        left.push(field);
        if (characters > most) return true;
      }
    }
    if (characters > most) return true;
  }
  return false;
}
