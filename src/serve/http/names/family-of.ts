/** Words of a name that say nothing about what a model is. */
const said: ReadonlySet<string> = new Set(["latest", "preview"]);

/** Providers and regions before a name: `anthropic/`, `models/`, `us.anthropic.`. */
const before = /^(?:.*\/|(?:[a-z-]+\.)+)/;

/**
 * Returns the family of a model by its provider's name: its words without versions, dates and sizes, so that
 * `claude-haiku-4-5-20251001` and `anthropic/claude-haiku-4.5` are `claude haiku`. Empty if the name has no word.
 */
export function familyOf(model: string): string {
  const words = new Set<string>();
  for (const part of model
    .toLowerCase()
    .replace(before, "")
    .split(/[^a-z0-9]+/)) {
    const word = /\d/.test(part) ? (/^[a-z]{2,}/.exec(part)?.[0] ?? "") : part;
    if (word !== "" && !said.has(word)) words.add(word);
  }
  return [...words].sort().join(" ");
}
