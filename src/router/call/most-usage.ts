import type { CompletionChunk } from "../../contracts/index.ts";
import { isObject } from "../../plugin/fields-of.ts";

type Usage = NonNullable<CompletionChunk["usage"]>;
type Counts = Readonly<Record<string, unknown>>;

/** Parts that cost less than the rest: the largest of them would make a call cheaper. */
const cheaper: ReadonlySet<string> = new Set(["cached_tokens", "cached_tokens_details"]);
/** Largest count that is believed; one above it counts as missing. */
const mostTokens = 1e9;
/** Objects within a usage are this deep. */
const deepest = 3;

/**
 * Returns the largest of each count in the usage of a stream so far: usage only grows while a stream goes on, so that a lower
 * count that comes later is one of a part, or wrong.
 */
export function mostUsage(before: CompletionChunk["usage"], now: Usage): Usage {
  return before === undefined || before === null
    ? now
    : (most({ ...before }, { ...now }, 0) as unknown as Usage);
}

function most(before: Counts, now: Counts, depth: number): Counts {
  const result: Record<string, unknown> = { ...before, ...now };
  if (depth === deepest) return result;
  for (const [field, earlier] of Object.entries(before)) {
    const later = Object.hasOwn(now, field) ? now[field] : undefined;
    if (isCount(earlier)) {
      if (!(isCount(later) && (later >= earlier || cheaper.has(field)))) set(result, field, earlier);
    } else if (isObject(earlier) && !cheaper.has(field))
      set(result, field, isObject(later) ? most(earlier, later, depth + 1) : earlier);
  }
  return result;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= mostTokens;
}

/** Not by assignment, which would take a field "__proto__" for the prototype. */
function set(result: Record<string, unknown>, field: string, value: unknown): void {
  Object.defineProperty(result, field, { value, writable: true, enumerable: true, configurable: true });
}
