/** Nesting from which objects are remembered: deeper data may be cyclic, or repeat itself without end. */
const deep = 40;
/** Nesting from which objects are shared: JSON that deep is refused elsewhere, and copying it would overflow the stack. */
const deepest = 1_000;

/** Returns a deep copy of plain objects and arrays. Anything else (functions, instances of classes, what is nested deeper than 1,000) is shared. */
export function copyOf<T>(value: T): T {
  return copied(value, 0, undefined) as T;
}

function copied(value: unknown, depth: number, known: Map<object, object> | undefined): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= deepest) return value;
  if (depth < deep) return copiedObject(value, depth, known);
  const seen = known ?? new Map<object, object>();
  const earlier = seen.get(value);
  return earlier ?? copiedObject(value, depth, seen);
}

function copiedObject(value: object, depth: number, known: Map<object, object> | undefined): object {
  if (Array.isArray(value)) {
    const copy: unknown[] = value.slice();
    known?.set(value, copy);
    for (let index = 0; index < copy.length; index += 1) {
      const one = copy[index];
      if (typeof one === "object" && one !== null) copy[index] = copied(one, depth + 1, known);
    }
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = { ...value };
  known?.set(value, copy);
  for (const key in copy) {
    const one = copy[key];
    // Defined and not assigned: a field may be called `__proto__`.
    if (typeof one === "object" && one !== null) define(copy, key, copied(one, depth + 1, known));
  }
  return copy;
}

function define(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  else copy[key] = value;
}
