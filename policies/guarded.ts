import { type Choice, InvalidOptionError, type Policy, PolicyError } from "../src/contracts/index.ts";
import { describePolicy, type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { escalationWatch } from "./internal/escalation/escalation-watch.ts";
import { largeModels } from "./internal/escalation/large-models.ts";
import type { WatchedBy } from "./internal/escalation/unit-key.ts";
import type { EscalationVerdict } from "./internal/escalation/watched-unit.ts";
import { mapChoices } from "./internal/lottery.ts";
import { readsOf } from "./internal/nested.ts";

export interface GuardedOptions<Id extends string> {
  /** Requests that are watched together. Those without the session or label count together, by tenant. Default `tenant`. */
  readonly by?: WatchedBy | undefined;
  /**
   * Ids of the large models. Default: of the models that are permitted for a request, all but the first, since routers
   * list theirs from small to large.
   */
  readonly large?: NoInfer<Id> | readonly NoInfer<Id>[] | undefined;
  /** Usual share of requests for a large model, in [0, 1], for all units. Default: learnt from the router's units. */
  readonly usual?: number | undefined;
  /** Usual shares of single units, by name. With 1 a unit is never flagged. */
  readonly usualOf?: Readonly<Record<string, number>> | undefined;
  /** Amount above the usual share that does not raise an alarm, in [0.01, 0.5]. Default 0.15. */
  readonly margin?: number | undefined;
  /**
   * Hard requests in a row that raise no alarm, from 20 to 1,000. Default 100. Where work does not come in bursts, fewer find a
   * unit sooner that mixes easy requests among hard ones.
   */
  readonly burst?: number | undefined;
  /** True if a flagged unit gets the small model; false if there is only the event. Default true. */
  readonly cap?: boolean | undefined;
  /**
   * Length of a cap in milliseconds, from 1,000 to 2,678,400,000 (31 days). It begins again as long as the unit goes on, and
   * doubles up to 16 times for alarms one soon after the other. Default 3,600,000 (an hour).
   */
  readonly capMs?: number | undefined;
  /** Largest number of units that are watched, at least 64, and of those that are flagged. Default 10,000. */
  readonly maxUnits?: number | undefined;
  /** Name in `decision.inputs` and in events. Guards of one router need different names. Default `escalation`. */
  readonly name?: string | undefined;
}

export const guardedOptions: OptionTable<GuardedOptions<string>, "large" | "usual" | "usualOf"> = {
  by: { is: "checked", check: checkBy, default: "tenant", expected: '"tenant", "session" or { label }' },
  large: {
    is: "checked",
    check: listOf,
    optional: true,
    expected: "a model id or an array of at least one",
  },
  usual: { is: "share", optional: true },
  usualOf: { is: "record", of: { is: "share" }, optional: true, expected: "an object of shares by unit" },
  margin: { is: "number", min: 0.01, max: 0.5, default: 0.15 },
  burst: { is: "number", min: 20, max: 1_000, integer: true, default: 100 },
  cap: { is: "boolean", default: true },
  capMs: { is: "number", min: 1_000, max: 2_678_400_000, default: 3_600_000 },
  maxUnits: { is: "number", min: 1, max: 1_000_000, integer: true, default: 10_000 },
  name: { is: "text", default: "escalation" },
};

/**
 * Watches the share of requests that the policy wants to send to a large model, tenant by tenant. Where it is far above
 * what is usual, the router emits `escalation-abnormal` and the tenant gets the small model for a time: a flood of
 * prompts that are made to look hard costs about 100 calls of the large one. Of ordinary tenants less than 1 % are flagged
 * within 10,000 requests each; of those that may send a hundred hard requests nearly in a row more are: state `usualOf`.
 *
 * Put it outermost: `guarded(sticky(threshold({ … })))`. It has an opinion where the policy has one. A pin is not
 * capped, and where no smaller model is permitted the policy's choice stays. While a unit is capped, the decision's
 * `insteadOf` holds the plan that was wanted, and the guard goes on watching that. Each process has its own state, which
 * `router.exportState()` holds.
 *
 * Throws `InvalidOptionError`.
 */
export function guarded<const Id extends string>(
  policy: Policy<Id>,
  options: GuardedOptions<Id> = {},
): Policy<Id> {
  checkPolicy("guarded.policy", policy);
  const read = readOptions("guarded", guardedOptions, options);
  const { by, usual, margin, burst, cap, capMs, maxUnits, name: id } = read;
  const usualOf = new Map(Object.entries(read.usualOf ?? {}));
  const large = read.large as readonly Id[] | undefined;
  const watched = { id, by, large, usual, usualOf, margin, burst, cap, capMs, maxUnits };
  const models = largeModels(large);
  const input = escalationWatch(watched);

  return {
    name: "guarded",
    parameters: {
      policy: describePolicy(policy),
      by: typeof by === "string" ? by : { label: by.label },
      ...(large !== undefined && { large }),
      ...(usual !== undefined && { usual }),
      ...(usualOf.size > 0 && { usualOf: Object.fromEntries(usualOf) }),
      margin,
      // Hashes of policies rest on what is here: the default changes none.
      ...(burst !== guardedOptions.burst.default && { burst }),
      cap,
      capMs,
      maxUnits,
      name: id,
    },
    models: [...new Set([...(policy.models ?? []), ...(large ?? [])])],
    reads: readsOf([policy, { reads: [input] }]),
    inner: [policy],
    order: "tenant-cap",
    guards: true,
    select(context) {
      const verdict = context.inputs[id] as EscalationVerdict | undefined;
      if (verdict === undefined)
        throw new PolicyError("guarded", `reads the input ${id}, which is missing: ask it through a router`);
      const opinion = policy.select(context);
      if (!verdict.capped) return opinion;
      const small = models.smallOf(context.candidates.map(({ id: model }) => model)) as Id | undefined;
      const why = reasonOf(by, verdict);
      return mapChoices(opinion, (choice) => {
        if (small !== undefined) return capped(choice, small, (model) => models.isLarge(model, small), why);
        return models.isLarge(choice.model, "")
          ? { ...choice, reason: `${why}, but no smaller model is permitted; ${choice.reason}` }
          : choice;
      });
    },
  };
}

/** Returns the choice without its large models. */
function capped<Id extends string>(
  choice: Choice<Id>,
  small: Id,
  isLarge: (model: Id) => boolean,
  why: string,
): Choice<Id> {
  const { model, probability, escalate, arms } = choice;
  const insteadOf = choice.insteadOf ?? { model, escalate };
  if (isLarge(model))
    return {
      model: small,
      reason: `${why}: ${small} instead of ${model}; ${choice.reason}`,
      probability,
      insteadOf,
      ...(arms !== undefined && { arms }),
    };
  const kept = escalate?.filter(({ to }) => !isLarge(to));
  if (kept === undefined || kept.length === escalate?.length) return choice;
  return {
    model,
    reason: `${why}: no escalation; ${choice.reason}`,
    probability,
    escalate: kept,
    insteadOf,
    ...(arms !== undefined && { arms }),
  };
}

function reasonOf(by: WatchedBy, { share = 1, usual = 1, together }: EscalationVerdict): string {
  const shown = (value: number) => `${Math.round(value * 100)} %`;
  const unit = typeof by === "string" ? by : `label ${by.label}`;
  const who = together === true ? "new tenants together are" : `the ${unit} is`;
  return `${who} capped (${shown(share)} for large models, usual are up to ${shown(usual)})`;
}

function checkBy(option: string, by: unknown): WatchedBy {
  if (by === "tenant" || by === "session") return by;
  if (typeof by !== "object" || by === null)
    throw new InvalidOptionError(option, by, '"tenant", "session" or { label }');
  return readOptions(option, labelOptions, by as { readonly label: string });
}

const labelOptions: OptionTable<{ readonly label: string }> = { label: { is: "text" } };

function listOf(option: string, large: string | readonly string[]): readonly string[] {
  const ids: readonly string[] = typeof large === "string" ? [large] : large;
  if (!Array.isArray(ids) || ids.length === 0)
    throw new InvalidOptionError(option, large, "a model id or an array of at least one");
  return readOption({ is: "ids" }, option, ids);
}
