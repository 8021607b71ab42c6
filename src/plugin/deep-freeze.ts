/** Nesting from which objects stay as they are: the stack is finite. */
const deepest = 1_000;

/** Freezes plain data with all that it holds, and returns it. Instances of classes and functions stay as they are. */
export function deepFreeze<T>(value: T, depth: number = deepest): T {
  if (typeof value !== "object" || value === null || depth === 0 || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    Object.freeze(value);
    for (const one of value) if (typeof one === "object") deepFreeze(one, depth - 1);
    return value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  // Without a list of the values: each request has events, which are frozen.
  for (const key in value) {
    const one = value[key];
    if (typeof one === "object") deepFreeze(one, depth - 1);
  }
  return value;
}
