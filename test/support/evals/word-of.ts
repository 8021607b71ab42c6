/**
 * Spells a number in letters, a different word for each: prompts that differ only in digits are of one
 * template, and so one independent unit.
 */
export function wordOf(index: number): string {
  const letters = "bcdfghjklmnpqrstvwxz";
  let word = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor(rest / letters.length))
    word += `${letters[rest % letters.length]}a`;
  return word;
}
