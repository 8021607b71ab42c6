/**
 * Tries to change everything that can be reached from a value: fields are set, deleted and redefined, arrays
 * are emptied and filled, prototypes are replaced. Built-in prototypes are spared. `draw` returns a number in
 * [0, 1) for each decision.
 */
export function vandalise(value: unknown, draw: () => number, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || seen.has(value) || seen.size > 2_000) return;
  if (value instanceof AbortSignal || value instanceof Promise) return;
  seen.add(value);
  const keys = Reflect.ownKeys(value);
  for (const key of keys) {
    const inner: unknown = read(value, key);
    vandalise(inner, draw, seen);
  }
  for (const key of keys) if (draw() < 0.7) damage(value, key, draw);
  if (draw() < 0.7) quietly(() => Reflect.set(value, "permitted", true));
  if (draw() < 0.7) quietly(() => Object.defineProperty(value, "estimatedCostUsd", { value: 0 }));
  if (Array.isArray(value)) damageList(value, draw);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype === "object" && prototype !== null && !builtIn.has(prototype)) {
    for (const key of Reflect.ownKeys(prototype))
      if (key !== "constructor") quietly(() => Reflect.set(prototype, key, () => ""));
  }
  if (draw() < 0.3) quietly(() => Object.setPrototypeOf(value, { labels: {}, images: 0 }));
}

const builtIn: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype, Error.prototype]);

function read(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

function damage(value: object, key: PropertyKey, draw: () => number): void {
  const junk = [undefined, null, 0, "cloud", {}, [], true, () => true];
  const given = junk[Math.floor(draw() * junk.length)];
  const way = draw();
  if (way < 0.3) quietly(() => Reflect.deleteProperty(value, key));
  else if (way < 0.7) quietly(() => Reflect.set(value, key, given));
  else quietly(() => Object.defineProperty(value, key, { value: given }));
}

function damageList(list: unknown[], draw: () => number): void {
  const way = draw();
  if (way < 0.25) quietly(() => list.pop());
  else if (way < 0.5) quietly(() => list.splice(0));
  else if (way < 0.75) quietly(() => list.reverse());
  else quietly(() => list.push(...list, "cloud"));
}

function quietly(change: () => unknown): void {
  try {
    change();
  } catch {
    // Frozen, as it should be.
  }
}
