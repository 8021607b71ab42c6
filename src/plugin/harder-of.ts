import type { Classification } from "../contracts/classifier.ts";

/**
 * Joins the classifications of a whole request and of the part that a human typed: the one of the higher
 * complexity, with the lower quality of each model that either states.
 */
export function harderOf(whole: Classification, typed: Classification): Classification {
  const [harder, easier] = whole.complexity > typed.complexity ? [whole, typed] : [typed, whole];
  return { ...harder, quality: lower(harder.quality, easier.quality) };
}

type Quality = Classification["quality"];

function lower(one: Quality, other: Quality): Quality {
  if (one === undefined || other === undefined) return one ?? other;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(
    names.map((name) => [name, Math.min(ownOf(one, name), ownOf(other, name))] as const),
  );
}

function ownOf(quality: NonNullable<Quality>, name: string): number {
  return Object.hasOwn(quality, name) ? (quality[name] as number) : Number.POSITIVE_INFINITY;
}
