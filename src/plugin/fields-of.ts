/** Fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
