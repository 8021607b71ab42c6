export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object, false for arrays and null. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
