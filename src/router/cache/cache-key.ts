import type { ModelDefaults, ModelFacts } from "../../contracts/index.ts";
import type { CacheRequest } from "../../contracts/ports/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import type { ResolvedCacheOptions } from "./cache-options.ts";
import { areKnown, isCold, mayBeKept } from "./cacheable.ts";
import { canonicalChat, isShorter } from "./canonical-chat.ts";

export type CachedModel = ModelFacts & { readonly defaults?: ModelDefaults | undefined };

/** Returns the function that computes keys for a router with these models. */
export function keysFor(
  models: Readonly<Record<string, CachedModel>>,
  options: ResolvedCacheOptions,
): (request: CacheRequest) => string | undefined {
  const known = new Map(Object.entries(models).map(([id, model]) => [id, modelText(id, model, options)]));

  return ({ chat, facts, plan, policy }) => {
    if (facts.characters > options.maxCharacters || !mayBeKept(chat, options)) return undefined;
    const steps: unknown[] = [];
    for (const { model, unless } of plan) {
      const text = known.get(model);
      if (text === undefined || !isCold(chat, models[model]?.defaults, options)) return undefined;
      steps.push(text, unless ?? null);
    }
    if (!isShorter(chat, options.maxCharacters) || !selects(options.when, facts)) return undefined;
    const { tenant, category, language, codingAgent, step, labels } = facts;
    // Checks may read labels, category and language, so that an answer to other ones was not accepted by them.
    const around = [
      policy,
      options.version,
      tenant ?? null,
      category ?? null,
      language ?? null,
      codingAgent ?? null,
      step.kind,
    ];
    const head = JSON.stringify([...around, Object.entries(labels).sort(byName), steps]);
    const hash = nodeCrypto().createHash("sha256").update(`${head}\n`);
    for (const text of canonicalChat(chat)) hash.update(text);
    return hash.digest("base64");
  };
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns what an answer depends on of its model. Undefined if its defaults may do more than shape the answer. */
function modelText(id: string, model: CachedModel, options: ResolvedCacheOptions): string | undefined {
  const { name, provider, model: asked, endpoint, defaults = {} } = model;
  try {
    if (defaults.extraBody !== undefined && !areKnown(defaults.extraBody, options)) return undefined;
    return JSON.stringify([id, name, provider, asked, endpoint ?? null, defaults]);
  } catch {
    // Defaults that are not JSON.
    return undefined;
  }
}

function selects(when: ResolvedCacheOptions["when"], facts: CacheRequest["facts"]): boolean {
  if (when === undefined) return true;
  try {
    const selected: unknown = when(facts);
    if (selected === true) return true;
    dropPromises(selected);
  } catch {
    // Its failure does not concern the request.
  }
  return false;
}
