import type { Attempt } from "../../contracts/index.ts";
import type { Observer } from "../../contracts/ports/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { gpuTokens } from "../cost/gpu-tokens.ts";
import type { GpuMeter } from "../health/gpu-meter.ts";
import type { HealthTracker } from "../health/health.ts";
import { isRoleLack, type LearnedCapabilities } from "../health/learned-capabilities.ts";
import type { LearnedWindows } from "../health/learned-windows.ts";
import type { UsageMeans } from "../health/usage-means.ts";
import type { EventHub } from "./event-hub.ts";
import type { LifeWatch } from "./life-watch.ts";

/** Parts that are informed about a router's calls: its listeners, and those that learn from calls. */
export interface ObserverParts<Id extends string> {
  readonly events: EventHub<Id>;
  readonly means: Pick<UsageMeans, "observe">;
  readonly health: Pick<HealthTracker, "observe">;
  readonly gpus: Pick<GpuMeter, "started" | "ended">;
  readonly windows: Pick<LearnedWindows, "observe">;
  readonly life: LifeWatch;
  readonly learned: Pick<LearnedCapabilities, "learn">;
  /** Returns milliseconds on the monotonic clock. */
  readonly now: () => number;
}

const none: readonly never[] = [];

/** True if the answer ended at a limit of the router's: it would have been longer. */
function isCut({ limited, finishReason }: Attempt): boolean {
  return limited !== undefined && finishReason === "length";
}

export function createObserver<Id extends string>({
  events,
  means,
  health,
  gpus,
  windows,
  life,
  learned,
  now,
}: ObserverParts<Id>): Observer {
  return {
    started({ requestId, model, name, hop, gpu }) {
      if (gpu !== undefined) gpus.started(gpu.machine, now());
      if (!events.isHeard) return;
      life.called(name);
      events.emit({ type: "attempt-started", decisionId: requestId, model, hop });
    },
    get surrounds() {
      return events.surrounds;
    },
    within: ({ requestId: decisionId, attemptId, model, hop }, work) =>
      events.within({ decisionId, attemptId, model, hop }, work),
    skipped(requestId, model, hop, reason) {
      if (events.isHeard) events.emit({ type: "attempt-skipped", decisionId: requestId, model, hop, reason });
    },
    withheld(models) {
      for (const { capability, ...model } of models) life.noted("withheld", model, capability);
    },
    learnt({ name: key, model, textTokens, tenant, category, gpu, unproven = none }, attempt, shown = none) {
      const { usage, name, costEstimated, latencyMs: tookMs, engineMs } = attempt;
      const at = now();
      if (gpu !== undefined) {
        const tokens = gpuTokens(usage, { outputWeight: gpu.outputWeight, textTokens, tookMs });
        gpus.ended(gpu.machine, { tookMs, tokens, engineMs }, at);
      }
      if (textTokens !== undefined && usage !== undefined && !costEstimated)
        means.observe(
          name,
          { tenant, category, estimatedInputTokens: textTokens, usage, isCut: isCut(attempt) },
          at,
        );
      for (const one of shown) learned.learn(key, one, true, at);
      const said = attempt.error?.lacks;
      const lacks = isRoleLack(said) ? said : unproven.find((one) => one === said);
      if (lacks !== undefined && learned.learn(key, lacks, false, at))
        if (events.isHeard) life.noted("lacks", { model, name }, lacks);
      const own = key === name ? attempt : { ...attempt, name: key };
      health.observe(own, at);
      windows.observe(own, at);
    },
    ended({ requestId: decisionId }, attempt, { tenant, unlisted }) {
      if (!events.isHeard) return undefined;
      // A copy: the record still changes, and what a request costs is summed from it.
      const told = copyOf(attempt as Attempt<Id>);
      const type = "attempt-ended";
      events.emit(
        unlisted
          ? { type, decisionId, tenant, attempt: told, unlisted }
          : { type, decisionId, tenant, attempt: told },
      );
      life.answered(attempt);
      return told;
    },
  };
}
