/** Fields by which engines take the form of an answer. */
const all = [
  "structured_outputs",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "guided_grammar",
  "regex",
  "ebnf",
  "grammar",
  "json_schema",
] as const;

type FormField = (typeof all)[number];

/**
 * Returns the fields of other engines, with what to write instead: an engine that does not know such a field leaves it out
 * without a word, and answers in whatever form it likes.
 */
export function foreignForms(known: readonly FormField[], instead: string): Readonly<Record<string, string>> {
  return Object.fromEntries(all.filter((field) => !known.includes(field)).map((field) => [field, instead]));
}
