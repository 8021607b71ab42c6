/** Nesting up to which data is looked at. */
const deepest = 20;

/** True for plain objects and arrays that are frozen with all that they hold, so that their JSON stays the same. */
export function isFrozenData(value: unknown, depth: number = deepest): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (depth === 0 || !Object.isFrozen(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (one) => "value" in one && isFrozenData(one.value, depth - 1),
  );
}
