import type { ModelFacts } from "../contracts/index.ts";

/**
 * Returns an id, a name or the key of a pool's member without the effort at its end: `large` of `large@high`. Ids have a
 * base by it; and breaker, pause and limits are kept by what it returns of a name, since efforts share their endpoint.
 */
export function withoutEffort(text: string, { effort }: Pick<ModelFacts, "effort">): string {
  return effort !== undefined && text.endsWith(`@${effort}`) ? text.slice(0, -1 - effort.length) : text;
}
