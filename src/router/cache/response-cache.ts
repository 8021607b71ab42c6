import type { Usage } from "../../contracts/index.ts";
import type { Clock, ResponseCache } from "../../contracts/ports/index.ts";
import { createAnswerTable } from "./answer-table.ts";
import { type CachedModel, keysFor } from "./cache-key.ts";
import type { ResolvedCacheOptions } from "./cache-options.ts";
import { isColdWithout } from "./cacheable.ts";
import { answerOf, bytesOf, keptText } from "./kept-text.ts";

/** An answer that is kept. */
interface Kept {
  readonly text: string;
  readonly model: string;
  readonly attemptId: string;
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  /** Times at which it was given, on either clock. */
  readonly at: number;
  readonly wallAt: number;
}

/** Bytes that an answer takes besides its texts, as measured with Node 20: key, row, places in maps. */
const overheadBytes = 512;

/** Creates the response cache of a router: in memory, and gone when the process ends. */
export function createResponseCache(
  options: ResolvedCacheOptions,
  models: Readonly<Record<string, CachedModel>>,
  clock: Pick<Clock, "wall" | "monotonic">,
): ResponseCache {
  const table = createAnswerTable<Kept>(options.maxBytes, options.maxAnswers);
  // By the clock that says more: a monotonic one may stand still while the machine sleeps, the time of day may be
  // set back.
  const ageOf = ({ at, wallAt }: Kept) => Math.max(0, clock.monotonic() - at, clock.wall() - wallAt);

  return {
    keyOf: keysFor(models, options),
    get(key) {
      const kept = table.get(key);
      if (kept === undefined) return undefined;
      const ageMs = ageOf(kept);
      if (ageMs >= options.ttlMs) {
        table.delete(key);
        return undefined;
      }
      const { text, model, attemptId, usage, costUsd } = kept;
      const saved = {
        ...(usage !== undefined && { savedUsage: { ...usage } }),
        ...(costUsd !== undefined && { savedCostUsd: costUsd }),
      };
      return { completion: answerOf(text), model, from: { attemptId, ageMs, ...saved } };
    },
    put(key, { completion, model, tenant, attemptId, dropped, usage, costUsd }) {
      const text = isColdWithout(dropped, options) ? keptText(completion) : undefined;
      if (text === undefined) return;
      const times = { at: clock.monotonic(), wallAt: clock.wall() };
      // A tenant's name is kept once, and counted with each of its answers.
      const names = model.length + attemptId.length + (tenant?.length ?? 0);
      const bytes = bytesOf(text) + 2 * names + overheadBytes;
      table.set(key, tenant, { text, model, attemptId, usage, costUsd, ...times }, bytes);
    },
    clear: table.clear,
  };
}
