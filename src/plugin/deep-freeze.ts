/** Nesting from which objects stay as they are: the stack is finite. */
const deepest = 1_000;

/** Freezes plain data with all that it holds, and returns it. Instances of classes and functions stay as they are. */
export function deepFreeze<T>(value: T, depth: number = deepest): T {
  if (typeof value !== "object" || value === null || depth === 0 || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const one of Object.values(value)) deepFreeze(one, depth - 1);
  return value;
}
