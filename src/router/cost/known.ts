/** Drops the keys whose value is `undefined`. */
export function known<T extends object>(fields: T | undefined): Partial<T> {
  const kept: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept;
}
