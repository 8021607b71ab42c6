/** Narrows read-only arrays too, which `Array.isArray` does not. */
export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
